import { RB_AUTOBOOT, reboot } from "../ffi/mod.ts";
import type { Log } from "./log.ts";

/**
 * What PID 1 does when it cannot go on: it says why, counts down, and reboots.
 * To return, or to throw, would be a kernel panic without a word.
 *
 * @param cause Why it cannot go on.
 * @param log Where it says so.
 * @param options How long it counts, in seconds, and what it does then.
 * @returns A promise that is never kept on a machine.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "./log.ts";
 *
 * const log = memoryLog();
 * await lastResort(new TypeError("No root"), log, { countdown: 0, end: () => {} });
 * assert.deepEqual(log.lines, ["cannot go on: No root", "reboot"]);
 * ```
 */
export async function lastResort(
  cause: unknown,
  log: Log,
  options: { countdown: number; end?: () => void },
): Promise<void> {
  const { countdown, end = () => reboot(RB_AUTOBOOT) } = options;
  log.problem(`cannot go on: ${cause instanceof Error ? cause.message : cause}`);
  for (let left = countdown; left > 0; left--) {
    log.write(`reboot in ${left} s`);
    await new Promise((done) => setTimeout(done, 1000));
  }
  log.write("reboot");
  await log.drain();
  end();
}
