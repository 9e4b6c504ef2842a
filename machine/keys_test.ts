import assert from "node:assert/strict";
import { Keys } from "./keys.ts";

Deno.test("Keys.feed() sends what is typed, but Ctrl-C presses the power button", () => {
  const { send, wishes } = new Keys().feed(new Uint8Array([0x61, 0x03, 0x62]));
  assert.deepEqual([...send], [0x61, 0x62]);
  assert.deepEqual(wishes, ["power button"]);
});

Deno.test("Keys.feed() takes Ctrl-A as the escape, across pieces", () => {
  const keys = new Keys();
  assert.deepEqual([...keys.feed(new Uint8Array([0x01])).send], []);
  assert.deepEqual([...keys.feed(new Uint8Array([0x01])).send], [0x01]);
  assert.deepEqual([...keys.feed(new Uint8Array([0x01, 0x03])).send], [0x03]);
  assert.deepEqual(keys.feed(new Uint8Array([0x01, 0x58])).wishes, ["end"]);
});
