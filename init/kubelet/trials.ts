/**
 * What to leave out of the kubelet's settings when it does not start with them.
 *
 * The kubelet names a file: that one is left out at the next start. It names
 * none: after a second try with all of them, one after the other is left out,
 * at last all. What starts then stays, until a file changes.
 *
 * @module
 */

import { type Setting, SETTINGS } from "./settings.ts";

/** Where the search is. */
export interface Trial {
  /** The files that the kubelet itself named. */
  readonly accused: readonly Setting[];
  /** The file that is left out now to see whether it starts without, or all of them. */
  readonly suspect?: Setting | "all";
  /** How often it did not start with just that left out. */
  readonly failures: number;
}

/** A start that failed. */
export interface Failure {
  /** The files it was made with. */
  inUse: readonly Setting[];
  /** The one that the kubelet named. */
  named?: Setting | undefined;
}

/** How often a start that says nothing of its files must fail before one is left out. */
const TRIES = 2;

/** Nothing is left out. */
export const FRESH: Trial = { accused: [], failures: 0 };

/**
 * Says what is left out.
 *
 * @param trial Where the search is.
 * @returns The files.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(leftOut({ accused: ["config.yaml"], suspect: "node-ip", failures: 0 }), ["config.yaml", "node-ip"]);
 * ```
 */
export function leftOut(trial: Trial): readonly Setting[] {
  if (trial.suspect === "all") return SETTINGS;
  return trial.suspect === undefined ? trial.accused : [...trial.accused, trial.suspect];
}

/**
 * Decides what is left out next.
 *
 * @param trial Where the search is.
 * @param failure The start that failed.
 * @returns Where it goes on.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const inUse = ["config.yaml", "kubelet.conf"] as const;
 * assert.deepEqual(leftOut(afterFailure(FRESH, { inUse, named: "kubelet.conf" })), ["kubelet.conf"]);
 * const second = afterFailure(afterFailure(FRESH, { inUse }), { inUse });
 * assert.deepEqual(leftOut(second), ["config.yaml"]);
 * ```
 */
export function afterFailure(trial: Trial, failure: Failure): Trial {
  const { inUse, named } = failure;
  // Without any of them it does not start either: it is not their fault, and all of them get another chance.
  if (inUse.length === 0) return FRESH;
  const { accused, suspect } = trial;
  if (named !== undefined && inUse.includes(named)) return { accused: [...accused, named], failures: 0 };
  const failures = trial.failures + 1;
  if (suspect === undefined && failures < TRIES) return { ...trial, failures };
  const candidates = SETTINGS.filter((setting) => inUse.includes(setting) || setting === suspect);
  const next = candidates[suspect === undefined || suspect === "all" ? 0 : candidates.indexOf(suspect) + 1];
  return { accused, suspect: next ?? "all", failures: 0 };
}
