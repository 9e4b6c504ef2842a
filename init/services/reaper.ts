import { type Exit, SyscallError, waitForAny } from "../../ffi/mod.ts";

/** Collects every child that ends, PID 1's own and the orphans it inherits. */
export interface Reaper {
  /** Collects the children that have ended by now; where they are many, the rest in the turns of the loop that follow. */
  sweep(): void;
  /** How the child `pid` ends; ask before the next sweep, or it has been forgotten. */
  exitOf(pid: number): Promise<Exit>;
  /** The moment at which no child is left. */
  childless(): Promise<void>;
}

/** So many are collected in one turn of the loop, which has other things to do too. */
const BATCH = 64;

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
  let goesOn = false;

  function sweep(): void {
    try {
      for (let count = 0; count < BATCH; count++) {
        const exit = wait();
        if (exit === undefined) return;
        awaited.get(exit.pid)?.(exit);
        awaited.delete(exit.pid);
      }
      if (!goesOn) setTimeout(goOn);
      goesOn = true;
    } catch (cause) {
      if (!(cause instanceof SyscallError && cause.code === "ECHILD")) {
        throw cause;
      }
      for (const resolve of childlessWaiters.splice(0)) resolve();
    }
  }

  /** Sweeps what was left by the turn before. */
  function goOn(): void {
    goesOn = false;
    sweep();
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
