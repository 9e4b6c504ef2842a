import { spawn, sync } from "../ffi/mod.ts";
import { endPods, endProcesses, graceOfRest, KILL_LIMIT, type PodEnders, type PodsEnd } from "./end_pods.ts";
import type { Logind } from "./logind/facade.ts";
import type { Logs } from "./logs.ts";
import type { Reaper } from "./reaper.ts";
import type { Phase } from "./shutdown.ts";
import { describeExit, type Supervised } from "./supervisor.ts";

/** What the way down takes apart. */
export interface Running extends PodEnders {
  /** The kubelet, which would start again what is stopped. */
  kubelet: Supervised;
  /** The runtime, which the kubelet needs until its end. */
  runtime: Supervised;
  /** How the kubelet is asked to end its pods; without it, it is not. */
  logind: Logind | undefined;
  /** Who tells that all are gone. */
  reaper: Reaper;
  /** What PID 1 serves. */
  servers: readonly { close(): void }[];
  /** The logs, which keep their disk busy. */
  logs: Pick<Logs, "close">;
  /** The table of mounts: proc_pid_mounts(5). */
  mounts: string;
  /** The program that unmounts. */
  umount: string;
}

/** How much later than it promised the kubelet may release its lock, in seconds: machines may be slow. */
const SLACK = 10;

/** The longest that the kubelet is waited for, whatever it wants: a day, in seconds. */
const LONGEST_DELAY = 24 * 3600;

/** How long pods have where nobody can tell how long the kubelet would give them, in seconds. */
const NO_DELAY = 30;

/**
 * The way down.
 *
 * Each phase has a limit, and a shorter one for when somebody is in a hurry. What could lose data has time even then.
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
  const { kubelet, runtime, logind, reaper, servers, logs, mounts, umount } = running;
  const delay = Math.min(logind?.delay() ?? NO_DELAY, LONGEST_DELAY);
  let pods: PodsEnd = "not ended";
  return [
    {
      name: "end the pods",
      limit: delay + SLACK,
      hurriedLimit: 0,
      run: async () => void (pods = await endPods(running)),
    },
    { name: "stop kubelet", limit: 15, hurriedLimit: 2, run: () => kubelet.stop(10) },
    { name: "stop containerd", limit: 15, hurriedLimit: 5, run: () => runtime.stop(10) },
    {
      name: "stop the rest",
      limit: delay + SLACK + KILL_LIMIT,
      hurriedLimit: KILL_LIMIT + 2,
      run: (hurried) => endProcesses(reaper, { grace: graceOfRest(pods, delay), hurried }),
    },
    { name: "close sockets", limit: 5, hurriedLimit: 1, run: () => closeAll(servers) },
    { name: "close logs", limit: 15, hurriedLimit: 5, run: () => logs.close() },
    { name: "sync", limit: 20, hurriedLimit: 10, run: sync },
    {
      name: "unmount disks",
      limit: 20,
      hurriedLimit: 10,
      run: () => unmountDisks({ mounts, umount, reaper }),
    },
  ];
}

/** Closes what lets others reach files of the node. */
function closeAll(servers: readonly { close(): void }[]): Promise<void> {
  for (const server of servers) server.close();
  return Promise.resolve();
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
