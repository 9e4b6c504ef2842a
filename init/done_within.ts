/**
 * Waits for `work`, but not longer than `seconds`.
 *
 * @param work What is waited for; it goes on when the time is over.
 * @param seconds The limit.
 * @returns Whether `work` was done in time.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await doneWithin(Promise.resolve(), 1), true);
 * assert.equal(await doneWithin(new Promise(() => {}), 0.01), false);
 * ```
 */
export async function doneWithin(
  work: Promise<unknown>,
  seconds: number,
): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), seconds * 1000);
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}
