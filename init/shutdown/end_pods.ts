/**
 * The end of the pods: by the kubelet where it can be asked, else by signals alone.
 *
 * @module
 */

import { SIGNALS } from "../../ffi/mod.ts";
import { doneWithin } from "../done_within.ts";
import type { Log } from "../log.ts";
import type { Logind } from "../logind/facade.ts";
import type { Reaper } from "../services/reaper.ts";
import { sendSignal } from "../services/send_signal.ts";
import type { Supervised } from "../services/supervisor.ts";

/** Who has to do with the end of the pods. */
export interface PodEnders {
  /** The kubelet. */
  kubelet: Pick<Supervised, "status">;
  /** How it is asked. */
  logind: Pick<Logind, "isHeld" | "announceShutdown" | "released"> | undefined;
  /** Where it is told that it did not end them. */
  log: Log;
}

/** What has become of the pods: the kubelet has ended them, it could not be asked, or it did not do what it was asked. */
export type PodsEnd = "ended" | "not asked" | "not ended";

/** How long processes have to end by themselves, in seconds, where all that should have ended has been ended before. */
const STRAGGLERS_LIMIT = 5;
/** Where the kubelet let its time pass: the pods are waited for once more, but not as long. */
const LATE_LIMIT = 10;
/** Where somebody is in a hurry. */
const HURRIED_LIMIT = 1;
/** How long a process that was killed may take to be gone. */
export const KILL_LIMIT = 3;

/**
 * Asks the kubelet to end its pods, and waits until it says that it has: it ends them by their priority, each group within
 * its period, and kills what does not end by itself.
 *
 * @param enders Who has to do with it.
 * @returns What has become of them.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const logind = { isHeld: () => false, announceShutdown() {}, released: () => Promise.resolve() };
 * const status = () => ({ name: "kubelet", state: "waiting" as const, pid: null, starts: 3, lastEnd: null });
 * assert.equal(await endPods({ kubelet: { status }, logind, log: memoryLog() }), "not asked");
 * ```
 */
export async function endPods({ kubelet, logind, log }: PodEnders): Promise<PodsEnd> {
  const { pid } = kubelet.status();
  if (pid === null || !logind?.isHeld()) {
    log.problem("kubelet cannot be asked to end the pods, so they get SIGTERM without an order");
    return "not asked";
  }
  logind.announceShutdown();
  await logind.released();
  if (kubelet.status().pid === pid) {
    log.write("pods ended");
    return "ended";
  }
  log.problem("kubelet ended before its pods, so they get SIGTERM without an order");
  return "not asked";
}

/**
 * Ends every process but this one: first politely, then not.
 *
 * @param reaper Who tells that all are gone.
 * @param options How long they have, in seconds, and when somebody is in a hurry.
 * @returns A promise for the moment when they are gone, or will not go.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeof endProcesses, "function");
 * ```
 */
export async function endProcesses(
  reaper: Reaper,
  options: { grace: number; hurried: Promise<void> },
): Promise<void> {
  const { grace, hurried } = options;
  const gone = reaper.childless();
  sendSignal(-1, SIGNALS.SIGTERM);
  const shortened = hurried.then(() => doneWithin(gone, HURRIED_LIMIT));
  await doneWithin(Promise.race([gone, shortened]), grace);
  if (await doneWithin(gone, 0)) return;
  sendSignal(-1, SIGNALS.SIGKILL);
  await doneWithin(gone, KILL_LIMIT);
}

/**
 * Says how long processes have to end by themselves once kubelet and runtime are gone.
 *
 * @param pods What has become of the pods.
 * @param delay How long the kubelet would have had, in seconds.
 * @returns Seconds.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(graceOfRest("not asked", 30), 30);
 * assert.equal(graceOfRest("ended", 30), 5);
 * ```
 */
export function graceOfRest(pods: PodsEnd, delay: number): number {
  if (pods === "ended") return STRAGGLERS_LIMIT;
  return pods === "not asked" ? delay : Math.min(delay, LATE_LIMIT);
}
