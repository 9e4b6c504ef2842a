/**
 * The steps of the way up: what PID 1 cannot do without, and what it can.
 *
 * @module
 */

import type { Log } from "./log.ts";

/** A step that the node cannot do without has failed. */
export class StepError extends Error {
  /** The error's name. */
  override name = "StepError";
  /** The step. */
  readonly step: string;

  /**
   * @param step What was being done.
   * @param cause Why it failed.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   *
   * assert.equal(new StepError("name the host", new TypeError("No hosts")).message, "name the host: No hosts");
   * ```
   */
  constructor(step: string, cause: unknown) {
    super(`${step}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.step = step;
  }
}

/** How a step is taken; what it does may take time, then the promise is passed on. */
export interface Steps {
  /** Takes a step without which the node cannot go on. */
  required<T>(name: string, run: () => T): T;
  /** Takes a step whose failure is told, and nothing more: the result is then missing. */
  optional<T>(name: string, log: Log, run: () => T): T | undefined;
}

/**
 * Makes the two ways to take a step.
 *
 * @param before Called with the name of each step before it is taken; a test lets it throw.
 * @returns The two ways.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { required } = createSteps();
 * assert.equal(required("count", () => 2), 2);
 * assert.throws(() => required("count", () => JSON.parse("{")), { name: "StepError", step: "count" });
 * ```
 */
export function createSteps(before: (name: string) => void = () => {}): Steps {
  /** Takes a step; `fail` makes of an error what becomes of the step. */
  function take<T>(name: string, run: () => T, fail: (cause: unknown) => T): T {
    try {
      before(name);
      const result = run();
      return result instanceof Promise ? result.catch(fail) as T : result;
    } catch (cause) {
      return fail(cause);
    }
  }
  return {
    required: (name, run) =>
      take(name, run, (cause) => {
        throw new StepError(name, cause);
      }),
    optional: (name, log, run) =>
      take<ReturnType<typeof run> | undefined>(name, run, (cause) => {
        log.problem(`${new StepError(name, cause).message}, going on without`);
        return undefined;
      }),
  };
}
