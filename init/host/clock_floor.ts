import { setClock } from "../../ffi/mod.ts";

/** A clock, in milliseconds since 1970. */
export interface Clock {
  /** Tells the time. */
  now(): number;
  /** Sets it. */
  set(milliseconds: number): void;
}

/**
 * Sets a clock that is behind the day on which the system was made: certificates are not valid yet to a clock that is
 * years behind, and the pod that brings the time may need one.
 *
 * @param path The file with that day, as in 2026-01-01.
 * @param clock The clock.
 * @returns What is to be told: nothing, when the clock is right.
 * @throws {RangeError} If the file holds no day.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "2026-01-01\n");
 * const set: number[] = [];
 * const clock = { now: () => Date.UTC(1970, 0, 1), set: (time: number) => set.push(time) };
 * assert.deepEqual(raiseClock(path, clock), ["the clock said 1970-01-01, it is set to 2026-01-01"]);
 * assert.deepEqual(set, [Date.UTC(2026, 0, 1)]);
 * assert.deepEqual(raiseClock(path, { ...clock, now: () => Date.UTC(2027, 0, 1) }), []);
 * ```
 */
export function raiseClock(path: string, clock: Clock = { now: Date.now, set: setClock }): string[] {
  const text = Deno.readTextFileSync(path).trim();
  const floor = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(floor)) throw new RangeError(`"${path}" holds no day: "${text}"`);
  const now = clock.now();
  if (now >= floor) return [];
  clock.set(floor);
  return [`the clock said ${new Date(now).toISOString().slice(0, 10)}, it is set to ${text}`];
}
