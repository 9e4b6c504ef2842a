import { kill, SyscallError } from "../../ffi/mod.ts";

/**
 * Sends a signal to a process that may be gone already.
 *
 * @param pid The process; -1 for every process but the first.
 * @param signal The signal's number.
 * @throws {SyscallError} If it cannot be sent for another reason than that.
 *
 * @example Usage
 * ```ts
 * sendSignal(0x3fffffff, 15);
 * ```
 */
export function sendSignal(pid: number, signal: number): void {
  try {
    kill(pid, signal);
  } catch (cause) {
    if (!(cause instanceof SyscallError && cause.code === "ESRCH")) throw cause;
  }
}
