/**
 * How much room a file system has: statfs(2).
 *
 * @module
 */

import { check, cstr, libc } from "./libc.ts";

// struct statfs on x86_64, <asm-generic/statfs.h>: words of 64 bits.
const STATFS_WORDS = 15;
const F_BSIZE = 1;
const F_BLOCKS = 2;
const F_BFREE = 3;
const F_BAVAIL = 4;
const F_FLAGS = 10;

/** ST_RDONLY of <linux/statfs.h>: the mount, or the whole file system, is read-only. */
const ST_RDONLY = 1n;

/** The room of a file system, in bytes. */
export interface FileSystemRoom {
  /** All of it. */
  size: number;
  /** What root may still use. */
  free: number;
  /** What others may still use, which is what df(1) and the kubelet show. */
  available: number;
  /** Whether it takes no writes: mounted so, or since an error. */
  readOnly: boolean;
}

/**
 * Tells the room of a mounted file system.
 *
 * Of ext4 and tmpfs it asks no disk: the kernel answers from counters it keeps in memory
 * (`ext4_statfs` in fs/ext4/super.c, `shmem_statfs` in mm/shmem.c).
 *
 * @param path Where it is mounted.
 * @returns Its room.
 * @throws {SyscallError} If there is nothing at `path`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { size, free, available } = statfs("/");
 * assert(size >= free && free >= available);
 * assert.throws(() => statfs("/nowhere"), { code: "ENOENT" });
 * ```
 */
export function statfs(path: string): FileSystemRoom {
  const words = new BigUint64Array(STATFS_WORDS);
  check(libc.statfs(cstr(path), words), "statfs", path);
  const bytes = (index: number) => Number(words[index]! * words[F_BSIZE]!);
  return {
    size: bytes(F_BLOCKS),
    free: bytes(F_BFREE),
    available: bytes(F_BAVAIL),
    readOnly: (words[F_FLAGS]! & ST_RDONLY) !== 0n,
  };
}
