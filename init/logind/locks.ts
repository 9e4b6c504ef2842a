/**
 * Inhibitor locks: who holds one is waited for before pods lose what they run on.
 *
 * @module
 */

import { close, hasHungUp, makePipe } from "../../ffi/mod.ts";

/** The most locks at a time; the kubelet takes one. */
const MOST = 16;

/** How often locks are looked at while they are waited for, in milliseconds. */
const INTERVAL = 5;

/** The locks that were given out: each is the writing end of a pipe, and released when nobody holds it any more. */
export interface Locks {
  /** Makes a lock; `give` hands its descriptor over, and it is closed here then. Without room there is none. */
  take(give: (fd: number) => void): boolean;
  /** Whether anybody holds one. */
  held(): boolean;
  /** The moment at which nobody does. */
  released(): Promise<void>;
  /** Forgets them all. */
  close(): void;
}

/**
 * Makes a set of locks, empty.
 *
 * @returns The set.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const locks = createLocks();
 * assert.equal(locks.take(() => {}), true);
 * assert.equal(locks.held(), false); // nobody took the descriptor
 * await locks.released();
 * locks.close();
 * ```
 */
export function createLocks(): Locks {
  let locks: number[] = [];

  /** Forgets those that were released. */
  function held(): boolean {
    const released = locks.filter(hasHungUp);
    released.forEach(close);
    locks = locks.filter((fd) => !released.includes(fd));
    return locks.length > 0;
  }

  return {
    take(give) {
      held();
      if (locks.length >= MOST) return false;
      const { read, write } = makePipe();
      locks.push(read);
      try {
        give(write);
      } finally {
        close(write);
      }
      return true;
    },
    held,
    async released() {
      while (held()) await new Promise((done) => setTimeout(done, INTERVAL));
    },
    close() {
      locks.forEach(close);
      locks = [];
    },
  };
}
