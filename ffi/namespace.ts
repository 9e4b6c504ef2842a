/**
 * Namespaces, as in unshare(2) and setns(2).
 *
 * Both act on the calling thread. In between leaving a mount namespace and
 * coming back, use synchronous calls only: the others run on threads that stayed.
 *
 * @module
 */

import { check, libc } from "./libc.ts";

// The values stand in <linux/sched.h>.

/** The file system attributes (root, working directory, umask) that threads share. */
export const CLONE_FS = 0x00000200;
/** The mount namespace. */
export const CLONE_NEWNS = 0x00020000;
/** The namespace of the hostname. */
export const CLONE_NEWUTS = 0x04000000;
/** The PID namespace of the children. */
export const CLONE_NEWPID = 0x20000000;
/** The network namespace. */
export const CLONE_NEWNET = 0x40000000;

/**
 * Leaves what the thread shares with others for something of its own.
 *
 * @param flags `CLONE_` flags, joined with `|`.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => unshare(1), { syscall: "unshare", code: "EINVAL" });
 * ```
 */
export function unshare(flags: number): void {
  check(libc.unshare(flags), "unshare");
}

/**
 * Moves the thread into another namespace.
 *
 * A mount namespace is refused while threads share their `CLONE_FS`
 * attributes: `unshare(CLONE_FS)` first.
 *
 * @param fd An open file of /proc/<pid>/ns.
 * @param kind The `CLONE_` flag the namespace must be of, or 0 for any.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => setns(-1, CLONE_NEWNET), { code: "EBADF" });
 * ```
 */
export function setns(fd: number, kind: number): void {
  check(libc.setns(fd, kind), "setns");
}
