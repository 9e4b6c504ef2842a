import assert from "node:assert/strict";
import { watchHardware } from "./hardware_watchdog.ts";
import { memoryLog } from "./log.ts";

Deno.test("watchHardware() tells once of a device that is no watchdog, and closes it by the magic word", () => {
  const device = Deno.makeTempFileSync();
  const log = memoryLog();
  const watchdog = watchHardware({ device, timeout: 60, shutdown: 180 }, log);
  watchdog?.slow();
  watchdog?.disarm();
  assert.deepEqual(log.lines, [
    "watchdog: cannot set its timeout: Cannot ioctl: ENOTTY",
    "watchdog resets the machine when it hangs for 60 s",
  ]);
  assert.equal(Deno.readTextFileSync(device), "V");
  Deno.removeSync(device);
});
