import assert from "node:assert/strict";
import { findPowerButtons, isPowerPress, watchPowerButton } from "./power_button.ts";

/** An input event, as the kernel writes it. */
function event(type: number, code: number, value: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, type, true);
  view.setUint16(18, code, true);
  view.setInt32(20, value, true);
  return bytes;
}

Deno.test("findPowerButtons() knows a power button by its name", () => {
  const inputs = Deno.makeTempDirSync();
  for (
    const [device, name] of [
      ["event0", "AT Translated Set 2 keyboard"],
      ["event1", "Power Button"],
      ["mouse0", "Power Button"],
    ]
  ) {
    Deno.mkdirSync(`${inputs}/${device}/device`, { recursive: true });
    Deno.writeTextFileSync(`${inputs}/${device}/device/name`, `${name}\n`);
  }
  assert.deepEqual(findPowerButtons(inputs), ["event1"]);
  Deno.removeSync(inputs, { recursive: true });
});

Deno.test("isPowerPress() takes the press, not the release nor another key", () => {
  const isPress = (bytes: Uint8Array) => isPowerPress(new DataView(bytes.buffer));
  assert.equal(isPress(event(1, 116, 1)), true);
  assert.equal(isPress(event(1, 116, 0)), false);
  assert.equal(isPress(event(1, 30, 1)), false);
  assert.equal(isPress(event(0, 0, 0)), false);
});

Deno.test("watchPowerButton() calls once for each press, until the device is gone", async () => {
  const device = Deno.makeTempFileSync();
  const events = [event(1, 116, 1), event(0, 0, 0), event(1, 116, 0)];
  Deno.writeFileSync(device, new Uint8Array(events.flatMap((e) => [...e])));
  let presses = 0;
  await watchPowerButton(device, () => presses++);
  assert.equal(presses, 1);
  Deno.removeSync(device);
});
