import { SIGNALS, spawn, sync } from "../ffi/mod.ts";
import { doneWithin } from "./done_within.ts";
import type { Logs } from "./logs.ts";
import type { Reaper } from "./reaper.ts";
import { sendSignal } from "./send_signal.ts";
import type { Phase } from "./shutdown.ts";
import { describeExit, type Supervised } from "./supervisor.ts";

/** What the way down takes apart. */
export interface Running {
  /** The kubelet, which would start again what is stopped. */
  kubelet: Supervised;
  /** The runtime, which the kubelet needs until its end. */
  runtime: Supervised;
  /** Who tells that all are gone. */
  reaper: Reaper;
  /** The logs, which keep their disk busy. */
  logs: Logs;
  /** The table of mounts: proc_pid_mounts(5). */
  mounts: string;
  /** The program that unmounts. */
  umount: string;
}

/** How long processes have to end by themselves, in seconds. */
const TERM_LIMIT = 5;
/** How long a process that was killed may take to be gone, in seconds. */
const KILL_LIMIT = 3;

/**
 * The way down.
 *
 * Pods that are to end gracefully are ended by the kubelet, so the phase that
 * asks it to comes first in this list.
 *
 * @param running What it takes apart.
 * @returns The phases, in order.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeof shutdownPhases, "function");
 * ```
 */
export function shutdownPhases(running: Running): Phase[] {
  const { kubelet, runtime, reaper, logs, mounts, umount } = running;
  return [
    { name: "stop kubelet", limit: 15, run: () => kubelet.stop(10) },
    { name: "stop containerd", limit: 15, run: () => runtime.stop(10) },
    {
      name: "stop the rest",
      limit: TERM_LIMIT + KILL_LIMIT + 2,
      run: () => endAll(reaper),
    },
    { name: "close logs", limit: 15, run: () => logs.close() },
    { name: "sync", limit: 20, run: sync },
    {
      name: "unmount disks",
      limit: 20,
      run: () => unmountDisks({ mounts, umount, reaper }),
    },
  ];
}

/** Ends every process but this one: first politely, then not. */
async function endAll(reaper: Reaper): Promise<void> {
  const gone = reaper.childless();
  sendSignal(-1, SIGNALS.SIGTERM);
  if (await doneWithin(gone, TERM_LIMIT)) return;
  sendSignal(-1, SIGNALS.SIGKILL);
  await doneWithin(gone, KILL_LIMIT);
}

/**
 * Finds the mounts whose content outlives the machine's power: those of disks.
 *
 * @param table The text of /proc/self/mounts.
 * @returns Where they are mounted, the last mounted first.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const table = "tmpfs /run tmpfs rw 0 0\n/dev/vda1 /mnt/my\\040disk ext4 rw 0 0\n";
 * assert.deepEqual(mountedDisks(table), ["/mnt/my disk"]);
 * ```
 */
export function mountedDisks(table: string): string[] {
  return table.split("\n").map((line) => line.split(" "))
    .filter(([source]) => source?.startsWith("/dev/"))
    // A blank is written as \040, and so on, in octal.
    .map(([, target = ""]) =>
      target.replaceAll(
        /\\([0-7]{3})/g,
        (_, octal) => String.fromCharCode(parseInt(octal, 8)),
      )
    )
    .reverse();
}

/**
 * Unmounts the disks, each by a program of its own: a disk that hangs holds
 * its unmounter, but not PID 1.
 */
async function unmountDisks(
  options: { mounts: string; umount: string; reaper: Reaper },
): Promise<void> {
  const failures: string[] = [];
  for (const disk of mountedDisks(Deno.readTextFileSync(options.mounts))) {
    const pid = spawn(options.umount, [disk], { env: { PATH: "/bin" } });
    const exit = await options.reaper.exitOf(pid);
    if (exit.status !== 0) failures.push(`"${disk}" ${describeExit(exit)}`);
  }
  if (failures.length > 0) {
    throw new AggregateError([], `Cannot unmount ${failures.join(", ")}`);
  }
}
