/**
 * Log files that stay small: when one has outgrown its limit it becomes
 * `<file>.1`, that one `<file>.2`, and so on; the oldest goes.
 *
 * @module
 */

import { doneWithin } from "../done_within.ts";
import { isFrozen, whileFrozen } from "../services/freezer.ts";
import type { Log } from "../log.ts";

/** How large logs may become. */
export interface LogLimits {
  /** The greatest size of a file, in bytes, when it is looked at. */
  size: number;
  /** How many older files of each are kept. */
  keep: number;
  /** How often they are looked at, in seconds. */
  interval: number;
  /** How long a service may take to stand still, in seconds. */
  freeze: number;
  /** How long it may stand still, in seconds. */
  copy: number;
}

/** A log and who writes it. */
export interface WrittenLog {
  /** The file. */
  output: string;
  /** The directory of the writer's control group. */
  group: string;
}

/** Passes over the want of a file. */
function unlessMissing(cause: unknown): void {
  if (!(cause instanceof Deno.errors.NotFound)) throw cause;
}

/**
 * Makes room for a new `<path>.1`: each older file gets the next number.
 *
 * @param path The log.
 * @param keep How many older files are kept.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/log`;
 * Deno.writeTextFileSync(`${path}.1`, "old");
 * await shiftFiles(path, 2);
 * assert.equal(Deno.readTextFileSync(`${path}.2`), "old");
 * ```
 */
export async function shiftFiles(path: string, keep: number): Promise<void> {
  // Without a first file there is room already, and moving the others would only lose the last.
  if (await Deno.stat(`${path}.1`).catch(unlessMissing) === undefined) return;
  await Deno.remove(`${path}.${keep}`).catch(unlessMissing);
  for (let number = keep - 1; number >= 1; number--) {
    await Deno.rename(`${path}.${number}`, `${path}.${number + 1}`).catch(unlessMissing);
  }
}

/**
 * Rotates a log once, if it has outgrown its limit, without losing a line of
 * who writes it.
 *
 * The writer keeps its descriptor and goes on at the file's new end, since it
 * is open for appending. So that nothing is written between copy and cut, its
 * group stands still meanwhile; where that does not succeed soon, the log is
 * left for the next time.
 *
 * @param log The log.
 * @param limits How large it may be.
 * @returns Whether it was cut.
 * @throws {Error} If a file cannot be written.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const group = Deno.makeTempDirSync();
 * const output = `${group}/log`;
 * Deno.writeTextFileSync(`${group}/cgroup.freeze`, "0");
 * Deno.writeTextFileSync(`${group}/cgroup.events`, "frozen 1\n");
 * Deno.writeTextFileSync(output, "0123456789");
 * assert(await rotate({ output, group }, { size: 9, keep: 2, interval: 1, freeze: 1, copy: 5 }));
 * assert.equal(Deno.readTextFileSync(output), "");
 * assert.equal(Deno.readTextFileSync(`${output}.1`), "0123456789");
 * ```
 */
export async function rotate(log: WrittenLog, limits: LogLimits): Promise<boolean> {
  const { output, group } = log;
  const size = await Deno.stat(output).then(({ size }) => size, unlessMissing);
  if (size === undefined || size <= limits.size) return false;
  await shiftFiles(output, limits.keep);
  let late: Promise<void> | undefined;
  let cut = false;
  let failure: unknown;
  const frozen = await whileFrozen(group, limits.freeze, async () => {
    const work = (async () => {
      await Deno.copyFile(output, `${output}.new`);
      // Who was thawed in between, by the limit or for a new start, may have written.
      if (!isFrozen(group)) return;
      await Deno.truncate(output);
      cut = true;
    })().catch((cause) => failure = cause) as Promise<void>;
    if (!await doneWithin(work, limits.copy)) late = work;
  });
  // A disk that hung may go on after the limit: what it did is waited for, but not by the writer.
  await late;
  if (frozen && cut) await Deno.rename(`${output}.new`, `${output}.1`);
  else if (frozen) await Deno.remove(`${output}.new`).catch(unlessMissing);
  if (failure !== undefined) throw failure;
  return cut;
}

/**
 * Looks at logs from time to time and rotates those that are too large.
 *
 * @param logs The logs.
 * @param limits How large they may be.
 * @param log Where it is told when a log cannot be rotated; once, until it can.
 * @returns A function that ends it, and waits for what is being done.
 *
 * @example Usage
 * ```ts
 * import { memoryLog } from "../log.ts";
 *
 * const end = keepSmall([], { size: 1, keep: 1, interval: 1, freeze: 1, copy: 1 }, memoryLog());
 * await end();
 * ```
 */
export function keepSmall(logs: readonly WrittenLog[], limits: LogLimits, log: Log): () => Promise<void> {
  const complained = new Set<string>();
  let working: Promise<void> | undefined;

  /** Looks at all of them, one after the other. */
  async function look(): Promise<void> {
    for (const one of logs) {
      try {
        if (await rotate(one, limits)) complained.delete(one.output);
      } catch (cause) {
        if (complained.has(one.output)) continue;
        complained.add(one.output);
        log.problem(`cannot keep "${one.output}" small: ${(cause as Error).message}`);
      }
    }
  }

  const timer = setInterval(
    () => working ??= look().finally(() => working = undefined),
    limits.interval * 1000,
  );
  return async () => {
    clearInterval(timer);
    await working;
  };
}
