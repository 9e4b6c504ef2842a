import assert from "node:assert/strict";
import { watchHardware } from "./hardware_watchdog.ts";
import { memoryLog } from "../log.ts";

Deno.test("watchHardware() tells once of a device that is no watchdog, and closes each by the magic word", () => {
  const devices = Deno.makeTempDirSync();
  for (const name of ["watchdog", "watchdog0", "watchdog1", "watchdogs"]) {
    Deno.writeTextFileSync(`${devices}/${name}`, "");
  }
  const log = memoryLog();
  const watchdog = watchHardware({ devices, timeout: 60, shutdown: 180 }, log);
  watchdog?.slow();
  watchdog?.disarm();
  assert.deepEqual(log.lines, [
    `watchdog "${devices}/watchdog0": cannot set its timeout: Cannot ioctl: ENOTTY`,
    `watchdog "${devices}/watchdog1": cannot set its timeout: Cannot ioctl: ENOTTY`,
    "the machine resets itself when it hangs for 60 s",
  ]);
  const text = (name: string) => Deno.readTextFileSync(`${devices}/${name}`);
  assert.deepEqual(["watchdog", "watchdog0", "watchdog1", "watchdogs"].map(text), ["", "V", "V", ""]);
  Deno.removeSync(devices, { recursive: true });
});

Deno.test("watchHardware() goes on with the others when one cannot be opened", () => {
  const devices = Deno.makeTempDirSync();
  Deno.mkdirSync(`${devices}/watchdog0`);
  Deno.writeTextFileSync(`${devices}/watchdog1`, "");
  const log = memoryLog();
  watchHardware({ devices, timeout: 60, shutdown: 180 }, log)?.disarm();
  assert.equal(log.lines[0], `watchdog: Cannot open "${devices}/watchdog0": EISDIR`);
  assert.equal(Deno.readTextFileSync(`${devices}/watchdog1`), "V");
  Deno.removeSync(devices, { recursive: true });
});
