/**
 * Hardware watchdogs: the ioctls of Documentation/watchdog/watchdog-api.rst.
 *
 * @module
 */

import { check, libc } from "./libc.ts";

// <linux/watchdog.h>: _IOR('W', 5, int) and _IOWR('W', 6, int).
const WDIOC_KEEPALIVE = 0x80045705n;
const WDIOC_SETTIMEOUT = 0xc0045706n;

/**
 * Sets how long a watchdog waits to be fed before it resets the machine.
 *
 * @param fd The watchdog's descriptor.
 * @param seconds The time.
 * @returns The time it took, which may be another: not every device can wait any time.
 * @throws {SyscallError} If it cannot be set: `EINVAL` when it is out of the device's range.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => setWatchdogTimeout(-1, 60), { code: "EBADF" });
 * ```
 */
export function setWatchdogTimeout(fd: number, seconds: number): number {
  const timeout = new Int32Array([seconds]);
  check(libc.ioctl(fd, WDIOC_SETTIMEOUT, timeout), "ioctl");
  return timeout[0]!;
}

/**
 * Feeds a watchdog: it begins to wait anew.
 *
 * @param fd The watchdog's descriptor.
 * @throws {SyscallError} If the device does not answer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => feedWatchdog(-1), { code: "EBADF" });
 * ```
 */
export function feedWatchdog(fd: number): void {
  check(libc.ioctl(fd, WDIOC_KEEPALIVE, new Int32Array(1)), "ioctl");
}
