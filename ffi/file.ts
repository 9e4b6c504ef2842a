/**
 * Files by descriptor: open(2), write(2), close(2), for what Deno's own files
 * do not offer, such as a console that is written to without ever waiting.
 *
 * @module
 */

import { check, cstr, libc } from "./libc.ts";

// The values stand in <asm-generic/fcntl.h>.

/** Open for reading. */
export const O_RDONLY = 0;
/** Open for writing. */
export const O_WRONLY = 1;
/** Open for reading and writing. */
export const O_RDWR = 2;
/** Create the file when it is not there. */
export const O_CREAT = 0o100;
/** Empty the file. */
export const O_TRUNC = 0o1000;
/** Do not become the controlling terminal. */
export const O_NOCTTY = 0o400;
/** Write at the end, wherever that is by then. */
export const O_APPEND = 0o2000;
/** Fail with EAGAIN rather than wait. */
export const O_NONBLOCK = 0o4000;
/** Close when another program is executed. */
export const O_CLOEXEC = 0o2000000;

/** TIOCOUTQ of ioctl_tty(2): how many bytes wait in the terminal's output queue. */
const TIOCOUTQ = 0x5411n;

/**
 * Opens a file; it is closed when another program is executed.
 *
 * @param path The file.
 * @param flags `O_` flags, joined with `|`.
 * @param options The mode of a file that is created, 0600 unless told.
 * @returns The file's descriptor.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const fd = open("/dev/null", O_WRONLY | O_NONBLOCK);
 * assert.equal(write(fd, new Uint8Array(3)), 3);
 * close(fd);
 * ```
 */
export function open(
  path: string,
  flags: number,
  options: { mode?: number } = {},
): number {
  return check(
    libc.open(cstr(path), flags | O_CLOEXEC, options.mode ?? 0o600),
    "open",
    path,
  );
}

/**
 * Makes a FIFO: mkfifo(3).
 *
 * @param path Where.
 * @param mode Its permissions.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/fifo`;
 * makeFifo(path, 0o600);
 * assert(Deno.statSync(path).isFifo);
 * ```
 */
export function makeFifo(path: string, mode: number): void {
  check(libc.mkfifo(cstr(path), mode), "mkfifo", path);
}

/**
 * Writes once.
 *
 * @param fd The file's descriptor.
 * @param bytes What to write.
 * @returns How many bytes were taken, which may be fewer than were given.
 * @throws {SyscallError} If nothing was taken: `EAGAIN` when it would have had to wait.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => write(-1, new Uint8Array(1)), { code: "EBADF" });
 * ```
 */
export function write(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return check(
    Number(libc.write(fd, bytes, BigInt(bytes.length))),
    "write",
  );
}

/**
 * Closes a file.
 *
 * @param fd The file's descriptor.
 * @throws {SyscallError} If it is not open.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => close(-1), { code: "EBADF" });
 * ```
 */
export function close(fd: number): void {
  check(libc.close(fd), "close");
}

/**
 * Counts the bytes a terminal was given but has not yet sent.
 *
 * @param fd The terminal's descriptor.
 * @returns The number of bytes.
 * @throws {SyscallError} If it is not a terminal.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const fd = open("/dev/null", O_WRONLY);
 * assert.throws(() => pendingOutput(fd), { code: "ENOTTY" });
 * close(fd);
 * ```
 */
export function pendingOutput(fd: number): number {
  const count = new Int32Array(1);
  check(libc.ioctl(fd, TIOCOUTQ, count), "ioctl");
  return count[0]!;
}
