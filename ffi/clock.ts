/**
 * The machine's clock: clock_settime(2).
 *
 * @module
 */

import { check, libc } from "./libc.ts";

/** The clock that tells the time of day: <linux/time.h>. */
const CLOCK_REALTIME = 0;

/**
 * Sets the clock.
 *
 * @param milliseconds The time, in milliseconds since 1970.
 * @throws {SyscallError} If the kernel refuses, `EINVAL` when it is before 1970.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => setClock(-1), { syscall: "clock_settime", code: "EINVAL" });
 * ```
 */
export function setClock(milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  // struct timespec: seconds, nanoseconds.
  const time = new BigInt64Array([BigInt(seconds), BigInt(Math.round((milliseconds - seconds * 1000) * 1e6))]);
  check(libc.clock_settime(CLOCK_REALTIME, time), "clock_settime");
}
