/**
 * The result of `work`, unless it takes longer than `seconds`.
 *
 * @param work What is waited for; it goes on when the time is over.
 * @param seconds The limit.
 * @returns Its result.
 * @throws {DOMException} `TimeoutError` when the time is over.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await within(Promise.resolve(7), 1), 7);
 * await assert.rejects(within(new Promise(() => {}), 0.01), { name: "TimeoutError", message: "no answer in 0.01 s" });
 * ```
 */
export async function within<T>(work: Promise<T>, seconds: number): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DOMException(`no answer in ${seconds} s`, "TimeoutError")), seconds * 1000);
  // What fails after that has nobody to tell.
  work.catch(() => {});
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
