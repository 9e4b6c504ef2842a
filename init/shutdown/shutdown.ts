/**
 * The way down: who asks for it, and phases, in order, each with a limit.
 *
 * @module
 */

import { doneWithin } from "../done_within.ts";
import type { Log } from "../log.ts";

/** What becomes of the machine at the end. */
export type Power = "off" | "reboot";

/** A wish that the node end. */
export interface Request {
  /** What becomes of the machine. */
  power: Power;
  /** Who or what wishes it, for the log. */
  reason: string;
}

/** What has become of the wishes so far. */
export interface ShutdownState {
  /** What becomes of the machine: the first who asked has said it. */
  power: Power;
  /** Whether somebody asked once more, and nothing is waited for longer than it must be. */
  hurried: boolean;
}

/** The node's end, from the first wish on. */
export interface Shutdown {
  /** Asks for it; the second to ask shortens it, and who comes later changes nothing. */
  request(request: Request): ShutdownState;
  /** What has become of it, once it has been asked for. */
  state(): ShutdownState | undefined;
  /** The first wish. */
  asked: Promise<Request>;
  /** The second. */
  hurried: Promise<void>;
}

/** A part of the way down. */
export interface Phase {
  /** What it does, for the log. */
  name: string;
  /** How long it may take, in seconds; then the next one begins. */
  limit: number;
  /** How long it may still take once somebody is in a hurry. */
  hurriedLimit: number;
  /** Does it; `hurried` is kept when somebody is in a hurry. */
  run(hurried: Promise<void>): Promise<void>;
}

/** Within this time, in milliseconds, what the same one wishes again is the same wish: a key that bounces, a tool that repeats. */
const SAME_WISH = 500;

/** What becomes of the machine, in words. */
const POWER: Readonly<Record<Power, string>> = { off: "power off", reboot: "reboot" };

/**
 * Says what becomes of the machine.
 *
 * @param power What becomes of it.
 * @returns The words.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(describePower("off"), "power off");
 * ```
 */
export function describePower(power: Power): string {
  return POWER[power];
}

/**
 * Makes the node's end: nobody has asked for it yet.
 *
 * @param log Where wishes are told.
 * @param now The time in milliseconds.
 * @returns The node's end.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const shutdown = createShutdown(() => memoryLog());
 * shutdown.request({ power: "off", reason: "power button" });
 * assert.deepEqual(shutdown.request({ power: "reboot", reason: "Ctrl-Alt-Del" }), { power: "off", hurried: true });
 * ```
 */
export function createShutdown(
  log: () => Log | undefined,
  now: () => number = () => performance.now(),
): Shutdown {
  const asked = Promise.withResolvers<Request>();
  const hurried = Promise.withResolvers<void>();
  let first: Request | undefined;
  let inHurry = false;
  let last: Request & { at: number } | undefined;

  /** Takes every wish but the first. */
  function hurry({ power, reason }: Request, { power: chosen }: Request): void {
    const stays = power === chosen ? "" : `; it stays with ${POWER[chosen]}, which was asked for first`;
    log()?.write(`shutdown: asked for again: ${reason}${inHurry ? "" : ", so it is shortened"}${stays}`);
    inHurry = true;
    hurried.resolve();
  }

  return {
    request(request) {
      const isRepeated = last?.reason === request.reason && last.power === request.power &&
        now() - last.at < SAME_WISH;
      last = { ...request, at: now() };
      if (first === undefined) {
        first = request;
        asked.resolve(request);
      } else if (!isRepeated) hurry(request, first);
      return { power: first.power, hurried: inHurry };
    },
    state: () => first && { power: first.power, hurried: inHurry },
    asked: asked.promise,
    hurried: hurried.promise,
  };
}

/** How a phase ended. */
type End = "done" | "late" | "hurried";

/** Waits for a phase, at first as long as it may take, then as long as somebody in a hurry lets it. */
async function waitFor(work: Promise<void>, phase: Phase, hurried: Promise<void>): Promise<End> {
  const begun = performance.now();
  const left = () => phase.limit - (performance.now() - begun) / 1000;
  work.catch(() => {}); // it may fail when nobody waits for it any more
  let end = "late" as End;
  const first = Promise.race<End>([work.then(() => "done"), hurried.then(() => "hurried")]);
  await doneWithin(first.then((which) => end = which), phase.limit);
  if (end !== "hurried") return end;
  return await doneWithin(work, Math.min(phase.hurriedLimit, left())) ? "done" : "hurried";
}

/**
 * Runs the phases, whatever becomes of each: one that fails or takes too long
 * is told, and the next one begins.
 *
 * @param phases The phases.
 * @param log Where it is told.
 * @param options When somebody is in a hurry, and what is called with the name of each phase before it begins; a test
 * lets that throw.
 * @returns A promise for the end of the last.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const log = memoryLog();
 * const run = () => new Promise<void>(() => {});
 * await runPhases([{ name: "stop kubelet", limit: 0.01, hurriedLimit: 0, run }], log);
 * assert.deepEqual(log.lines, ["stop kubelet: not done after 0.01 s, going on"]);
 * ```
 */
export async function runPhases(
  phases: readonly Phase[],
  log: Log,
  options: { hurried?: Promise<void>; before?: ((name: string) => void) | undefined } = {},
): Promise<void> {
  const { hurried = new Promise(() => {}), before } = options;
  for (const phase of phases) {
    try {
      before?.(phase.name);
      const end = await waitFor(phase.run(hurried), phase, hurried);
      if (end === "late") log.problem(`${phase.name}: not done after ${phase.limit} s, going on`);
      if (end === "hurried") log.problem(`${phase.name}: not done, going on in a hurry`);
    } catch (cause) {
      log.problem(`${phase.name}: ${cause instanceof Error ? cause.message : cause}, going on`);
    }
  }
}
