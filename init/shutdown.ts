/**
 * The way down: phases, in order, each with a limit.
 *
 * @module
 */

import { doneWithin } from "./done_within.ts";
import type { Log } from "./log.ts";

/** What becomes of the machine at the end. */
export type Power = "off" | "reboot";

/** A wish that the node end. */
export interface Request {
  /** What becomes of the machine. */
  power: Power;
  /** Who or what wishes it, for the log. */
  reason: string;
}

/** A part of the way down. */
export interface Phase {
  /** What it does, for the log. */
  name: string;
  /** How long it may take, in seconds; then the next one begins. */
  limit: number;
  /** Does it. */
  run(): Promise<void>;
}

/**
 * Runs the phases, whatever becomes of each: one that fails or takes too long
 * is told, and the next one begins.
 *
 * @param phases The phases.
 * @param log Where it is told.
 * @param before Called with the name of each phase before it begins; a test lets it throw.
 * @returns A promise for the end of the last.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "./log.ts";
 *
 * const log = memoryLog();
 * await runPhases([{ name: "stop kubelet", limit: 0.01, run: () => new Promise(() => {}) }], log);
 * assert.deepEqual(log.lines, ["stop kubelet: not done after 0.01 s, going on"]);
 * ```
 */
export async function runPhases(
  phases: readonly Phase[],
  log: Log,
  before: (name: string) => void = () => {},
): Promise<void> {
  for (const { name, limit, run } of phases) {
    try {
      before(name);
      if (!await doneWithin(run(), limit)) {
        log.problem(`${name}: not done after ${limit} s, going on`);
      }
    } catch (cause) {
      log.problem(`${name}: ${(cause as Error).message}, going on`);
    }
  }
}
