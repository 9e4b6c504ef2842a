/**
 * Mounting and unmounting, as in mount(2) and umount2(2).
 *
 * @module
 */

import { check, cstr, libc } from "./libc.ts";

// The flags stand in mount(2); their values in <linux/mount.h>.

/** Mount read-only. */
export const MS_RDONLY = 1;
/** Give set-user-ID bits and file capabilities no effect. */
export const MS_NOSUID = 2;
/** Refuse access to device files. */
export const MS_NODEV = 4;
/** Refuse to execute programs. */
export const MS_NOEXEC = 8;
/** Change the flags of an existing mount. */
export const MS_REMOUNT = 32;
/** Show a directory at a second place; with `MS_REMOUNT`: this mount's flags, not the file system's. */
export const MS_BIND = 4096;
/** Move a mount to another place. */
export const MS_MOVE = 8192;
/** Do it for the whole tree below. */
export const MS_REC = 16384;
/** Let mounts propagate neither in nor out. */
export const MS_PRIVATE = 1 << 18;
/** Let mounts propagate both ways. */
export const MS_SHARED = 1 << 20;

/** Detach now, clean up when it is no longer busy. */
export const MNT_DETACH = 2;

/** What mount(2) takes beside the target. */
export interface MountOptions {
  /** The device, the directory for a bind mount, or the name shown in /proc/mounts. */
  source?: string;
  /** The file system's type. */
  type?: string;
  /** `MS_` flags, joined with `|`. */
  flags?: number;
  /** Options of the file system itself, such as `mode=0755,size=64m`. */
  data?: string;
}

/**
 * Mounts a file system, or changes a mount.
 *
 * @param target Where.
 * @param options What, and how.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => mount("/nowhere", { type: "tmpfs" }), { syscall: "mount" });
 * ```
 */
export function mount(target: string, options: MountOptions = {}): void {
  const { source, type, flags, data } = options;
  check(
    libc.mount(
      source === undefined ? null : cstr(source),
      cstr(target),
      type === undefined ? null : cstr(type),
      BigInt(flags ?? 0),
      data === undefined ? null : cstr(data),
    ),
    "mount",
    target,
  );
}

/**
 * Unmounts a file system.
 *
 * @param target Where it is mounted.
 * @param flags `MNT_` flags.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => umount("/nowhere"), { syscall: "umount2" });
 * ```
 */
export function umount(target: string, flags = 0): void {
  check(libc.umount2(cstr(target), flags), "umount2", target);
}
