/** What a failed system call says about itself. */
export interface SyscallFailure {
  /** The error number, as in errno(3). */
  errno: number;
  /** The name of the error number, such as `ENOENT`. */
  code: string;
  /** The path or name the call was about. */
  path?: string | undefined;
}

/**
 * A system call that failed.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = new SyscallError("mount", { errno: 16, code: "EBUSY", path: "/proc" });
 * assert.equal(error.message, 'Cannot mount "/proc": EBUSY');
 * assert.equal(error.code, "EBUSY");
 * ```
 */
export class SyscallError extends Error {
  /** The call, such as `mount`. */
  readonly syscall: string;
  /** The error number, as in errno(3). */
  readonly errno: number;
  /** The name of the error number, such as `ENOENT`. */
  readonly code: string;
  /** The path or name the call was about. */
  readonly path: string | undefined;

  /**
   * Describes the failure of `syscall`.
   *
   * @param syscall The call that failed.
   * @param failure The error number, its name, and what the call was about.
   */
  constructor(syscall: string, failure: SyscallFailure) {
    const object = failure.path === undefined ? "" : ` "${failure.path}"`;
    super(`Cannot ${syscall}${object}: ${failure.code}`);
    this.name = "SyscallError";
    this.syscall = syscall;
    this.errno = failure.errno;
    this.code = failure.code;
    this.path = failure.path;
  }
}
