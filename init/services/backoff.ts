/** How long a service that dies waits before it starts again, in seconds. */
export interface Backoff {
  /** The wait after the first death. */
  first: number;
  /** The wait that is never exceeded. */
  longest: number;
  /** A service that ran this long was healthy: its next death is a first one. */
  healthy: number;
}

/**
 * Says how long to wait before the next start: twice as long as the last time.
 *
 * @param backoff The policy.
 * @param last The wait before the start that is over, 0 if there was none, and
 * how long the service then ran.
 * @returns The wait in seconds.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const policy = { first: 0.25, longest: 30, healthy: 60 };
 * assert.equal(nextWait(policy, { wait: 0, ran: 1 }), 0.25);
 * assert.equal(nextWait(policy, { wait: 4, ran: 1 }), 8);
 * assert.equal(nextWait(policy, { wait: 4, ran: 61 }), 0.25);
 * ```
 */
export function nextWait(
  backoff: Backoff,
  last: { wait: number; ran: number },
): number {
  if (last.wait === 0 || last.ran >= backoff.healthy) return backoff.first;
  return Math.min(last.wait * 2, backoff.longest);
}
