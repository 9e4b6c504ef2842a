/**
 * Linux from TypeScript: the system calls PID 1 needs, through Deno's FFI.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyscallError, umount } from "./mod.ts";
 *
 * assert.throws(() => umount("/nowhere"), SyscallError);
 * ```
 *
 * @module
 */

export * from "./clock.ts";
export * from "./errno.ts";
export * from "./file.ts";
export * from "./host.ts";
export * from "./mount.ts";
export * from "./namespace.ts";
export * from "./net.ts";
export * from "./pipe.ts";
export * from "./process.ts";
export * from "./random.ts";
export * from "./reboot.ts";
export * from "./statfs.ts";
export * from "./unix_socket.ts";
export * from "./watchdog.ts";
