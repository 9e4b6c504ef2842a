import { type Exit, SyscallError, waitForAny } from "../ffi/mod.ts";

/** Collects every child that ends, PID 1's own and the orphans it inherits. */
export interface Reaper {
  /** Collects all children that have ended by now. */
  sweep(): void;
  /** How the child `pid` ends; ask before the next sweep, or it has been forgotten. */
  exitOf(pid: number): Promise<Exit>;
  /** The moment at which no child is left. */
  childless(): Promise<void>;
}

/**
 * Makes the reaper; call {@linkcode Reaper.sweep} on each SIGCHLD.
 *
 * @param wait Collects one child, as {@linkcode waitForAny} does.
 * @returns The reaper.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const ended = [{ pid: 7, status: 1 }];
 * const reaper = createReaper(() => ended.shift());
 * const exit = reaper.exitOf(7);
 * reaper.sweep();
 * assert.deepEqual(await exit, { pid: 7, status: 1 });
 * ```
 */
export function createReaper(
  wait: () => Exit | undefined = waitForAny,
): Reaper {
  const awaited = new Map<number, (exit: Exit) => void>();
  const childlessWaiters: (() => void)[] = [];

  function sweep(): void {
    try {
      for (let exit = wait(); exit !== undefined; exit = wait()) {
        awaited.get(exit.pid)?.(exit);
        awaited.delete(exit.pid);
      }
    } catch (cause) {
      if (!(cause instanceof SyscallError && cause.code === "ECHILD")) {
        throw cause;
      }
      for (const resolve of childlessWaiters.splice(0)) resolve();
    }
  }

  return {
    sweep,
    exitOf: (pid) => new Promise((resolve) => awaited.set(pid, resolve)),
    childless() {
      const { promise, resolve } = Promise.withResolvers<void>();
      childlessWaiters.push(resolve);
      sweep();
      return promise;
    },
  };
}
