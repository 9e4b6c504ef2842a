/**
 * The machine's end: sync(2) and reboot(2).
 *
 * @module
 */

import { check, libc } from "./libc.ts";

// The values stand in <linux/reboot.h>; `| 0` because the parameter is signed.

/** Restart the machine. */
export const RB_AUTOBOOT = 0x01234567;
/** Stop the machine and cut its power. */
export const RB_POWER_OFF = 0x4321fedc;
/** Stop the machine and leave the power on. */
export const RB_HALT_SYSTEM = 0xcdef0123 | 0;

/**
 * Reboots or stops the machine; in a PID namespace, ends its first process.
 *
 * Nothing is written to disks: call {@linkcode sync} before.
 *
 * @param op An `RB_` constant.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => reboot(12345), { syscall: "reboot" });
 * ```
 */
export function reboot(op: number): void {
  check(libc.reboot(op), "reboot");
}

/**
 * Writes all that is cached to the disks.
 *
 * @returns A promise for the moment it is done; a disk that hangs keeps it
 * waiting, but not its caller.
 *
 * @example Usage
 * ```ts
 * await sync();
 * ```
 */
export function sync(): Promise<void> {
  return libc.sync();
}
