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

/** The flag of a process that ends, among those in /proc/PID/stat: PF_EXITING of <linux/sched.h>. */
const PF_EXITING = 4;

/**
 * Says whether a process has ended or is about to: then what it holds open is closed, although nobody has collected it yet.
 *
 * @param pid The process.
 * @returns Whether it has.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(isEnding(Deno.pid), false);
 * assert.equal(isEnding(0x3fffffff), true);
 * ```
 */
export function isEnding(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // proc_pid_stat(5): the flags are the 7th field after the name, which may hold anything but ends at the last bracket.
    const flags = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6]);
    return (flags & PF_EXITING) !== 0;
  } catch {
    return true;
  }
}

/**
 * Asks the kubelet to end its pods, and waits until it says that it has: it ends them by their priority, each group within
 * its period, and kills what does not end by itself.
 *
 * @param enders Who has to do with it.
 * @param hurried When somebody is in a hurry: then the pods are not waited for any longer.
 * @returns What has become of them.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const logind = { isHeld: () => false, announceShutdown() {}, released: () => Promise.resolve() };
 * const status = () => ({ name: "kubelet", state: "waiting" as const, pid: null, starts: 3, lastEnd: null });
 * const enders = { kubelet: { status }, logind, log: memoryLog() };
 * assert.equal(await endPods(enders, new Promise(() => {})), "not asked");
 * ```
 */
export async function endPods({ kubelet, logind, log }: PodEnders, hurried: Promise<void>): Promise<PodsEnd> {
  const { pid } = kubelet.status();
  if (pid === null || !logind?.isHeld()) {
    log.problem("kubelet cannot be asked to end the pods, so they get SIGTERM without an order");
    return "not asked";
  }
  logind.announceShutdown();
  const released = logind.released().then(() => true);
  if (!await Promise.race([released, hurried.then(() => false)])) {
    log.problem("pods are not waited for any longer");
    return "not ended";
  }
  if (kubelet.status().pid !== pid || isEnding(pid)) {
    log.problem("kubelet ended before its pods, so they get SIGTERM without an order");
    return "not asked";
  }
  log.write("pods ended");
  return "ended";
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
