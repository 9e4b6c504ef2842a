/**
 * Pipes by descriptor: pipe2(2), and poll(2) to see whether anybody still holds the other end.
 *
 * @module
 */

import { O_CLOEXEC } from "./file.ts";
import { check, libc } from "./libc.ts";

// <poll.h>: struct pollfd is int fd, short events, short revents.
const POLLFD_SIZE = 8;
const REVENTS = 6;
const POLLHUP = 0x10;

/** The two ends of a pipe. */
export interface Pipe {
  /** The descriptor to read from. */
  read: number;
  /** The descriptor to write to. */
  write: number;
}

/**
 * Makes a pipe; both ends are closed when another program is executed.
 *
 * @returns Its ends.
 * @throws {SyscallError} If there is no descriptor left.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { close } from "./file.ts";
 *
 * const pipe = makePipe();
 * assert.notEqual(pipe.read, pipe.write);
 * close(pipe.read);
 * close(pipe.write);
 * ```
 */
export function makePipe(): Pipe {
  const ends = new Int32Array(2);
  check(libc.pipe2(ends, O_CLOEXEC), "pipe2");
  return { read: ends[0]!, write: ends[1]! };
}

/**
 * Says, without waiting, whether nobody holds the writing end of a pipe any more.
 *
 * @param fd The pipe's reading end.
 * @returns Whether all writers are gone.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { close } from "./file.ts";
 *
 * const pipe = makePipe();
 * assert.equal(hasHungUp(pipe.read), false);
 * close(pipe.write);
 * assert.equal(hasHungUp(pipe.read), true);
 * close(pipe.read);
 * ```
 */
export function hasHungUp(fd: number): boolean {
  const pollfd = new DataView(new ArrayBuffer(POLLFD_SIZE));
  pollfd.setInt32(0, fd, true); // events stay 0: POLLHUP is told unasked
  const bytes = new Uint8Array(pollfd.buffer);
  check(libc.poll(bytes, 1n, 0), "poll");
  return (pollfd.getInt16(REVENTS, true) & POLLHUP) !== 0;
}
