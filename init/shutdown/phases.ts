import { sync } from "../../ffi/mod.ts";
import type { DataPlaces } from "../data/partition.ts";
import { endPods, endProcesses, graceOfRest, KILL_LIMIT, type PodEnders, type PodsEnd } from "./end_pods.ts";
import type { Logind } from "../logind/facade.ts";
import type { Log } from "../log.ts";
import type { Logs } from "../logs/logs.ts";
import type { Reaper } from "../services/reaper.ts";
import type { Phase } from "./shutdown.ts";
import type { Supervised } from "../services/supervisor.ts";
import { unmountAll } from "./unmount.ts";

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
  /** The programs that mount and unmount. */
  data: Pick<DataPlaces, "mount" | "umount" | "output">;
  /** Where what happens is told. */
  log: Log;
  /** Keeps on the data partition what the next run starts from. */
  keep(): Promise<void>;
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
  const { kubelet, runtime, logind, reaper, servers, logs, mounts, data, log, keep } = running;
  const delay = Math.min(logind?.delay() ?? NO_DELAY, LONGEST_DELAY);
  let pods: PodsEnd = "not ended";
  return [
    {
      name: "end the pods",
      limit: delay + SLACK,
      hurriedLimit: 1,
      run: async (hurried) => void (pods = await endPods(running, hurried)),
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
    { name: "keep a seed", limit: 10, hurriedLimit: 3, run: keep },
    { name: "sync", limit: 20, hurriedLimit: 10, run: sync },
    {
      name: "unmount disks",
      limit: 30,
      hurriedLimit: 10,
      run: () => unmountAll({ ...data, mounts, reaper, log }),
    },
  ];
}

/** Closes what lets others reach files of the node. */
function closeAll(servers: readonly { close(): void }[]): Promise<void> {
  for (const server of servers) server.close();
  return Promise.resolve();
}
