import assert from "node:assert/strict";
import { MESSAGES } from "../../tests/logind_capture.ts";
import { decodeMessage, encodeMessage, LONGEST_MESSAGE, messageLength, readBody } from "./message.ts";

Deno.test("decodeMessage() reads what the kubelet sends", () => {
  const calls = MESSAGES.filter(({ from }) => from === "client").map(({ bytes }) => decodeMessage(bytes));
  assert.deepEqual(
    calls.map(({ serial, destination, path, interface: of, member }) => [serial, destination, path, of, member]),
    [
      [1, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello"],
      [2, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.DBus.Properties", "Get"],
      [3, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "KillUnit"],
      [4, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.DBus.Properties", "Get"],
      [5, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "Inhibit"],
      [6, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch"],
    ],
  );
  assert.deepEqual(readBody(calls[1]!, "ss"), ["org.freedesktop.login1.Manager", "InhibitDelayMaxUSec"]);
  assert.deepEqual(readBody(calls[2]!, "ssi"), ["systemd-logind.service", "all", 1]);
  assert.deepEqual(readBody(calls[4]!, "ssss"), [
    "shutdown",
    "kubelet",
    "Kubelet needs time to handle node shutdown",
    "delay",
  ]);
});

Deno.test("encodeMessage() writes what decodeMessage() reads, and what godbus has taken", () => {
  for (const { from, bytes } of MESSAGES) {
    const message = decodeMessage(bytes);
    assert.equal(messageLength(bytes), bytes.length);
    // godbus orders its header fields at random, so only what is ours comes back byte by byte.
    if (from === "server") assert.deepEqual(encodeMessage(message), bytes);
    else assert.deepEqual(decodeMessage(encodeMessage(message)), message);
  }
});

Deno.test("messageLength() waits for what tells it, and refuses what is no message or too long", () => {
  const hello = MESSAGES[0]!.bytes;
  for (let length = 0; length < 16; length++) assert.equal(messageLength(hello.subarray(0, length)), undefined);
  assert.equal(messageLength(hello.subarray(0, 16)), hello.length);
  const refused = (at: number, ...bytes: number[]) => {
    const changed = hello.slice();
    changed.set(bytes, at);
    return () => messageLength(changed);
  };
  assert.throws(refused(0, 0x42), /not little-endian/);
  assert.throws(refused(3, 2), /version 2/);
  assert.throws(refused(4, 0, 0, 1, 0), new RegExp(`the longest has ${LONGEST_MESSAGE}`));
  assert.throws(refused(12, 0xff, 0xff, 0xff, 0xff), /the longest has/);
});

Deno.test("decodeMessage() refuses a header that is not what it says", () => {
  const hello = MESSAGES[0]!.bytes;
  const changed = (at: number, byte: number) => hello.with(at, byte);
  assert.throws(() => decodeMessage(hello.subarray(0, hello.length - 1)), /not whole/);
  assert.throws(() => decodeMessage(changed(1, 0)), /is 0/);
  assert.throws(() => decodeMessage(changed(8, 0)), /is 0/);
  assert.throws(() => decodeMessage(changed(18, "u".charCodeAt(0))), { name: "WireError" });
  assert.equal(decodeMessage(changed(16, 99)).path, undefined); // a field that nobody knows
});

Deno.test("readBody() refuses a body that is longer than its signature says", () => {
  const bytes = encodeMessage({ type: 1, serial: 1, signature: "u", body: new Uint8Array(8) });
  assert.throws(() => readBody(decodeMessage(bytes), "u"), /longer/);
});
