import { doneWithin } from "../done_within.ts";

/** How many pods there are. */
export interface PodCount {
  /** Those in which a container runs beside the sandbox. */
  running: number;
  /** Those that are to run, as far as this node can tell by itself. */
  wanted: number;
}

/** Where pods are seen. */
export interface PodPlaces {
  /** The kubelet's control group: its pods are below it, those of a quality of service one level deeper. */
  cgroup: string;
  /** The directory of the static pods' manifests. */
  manifests: string;
}

/** The control groups of the qualities of service that have one. */
const QUALITIES = ["besteffort", "burstable"];

/** The name of a pod's control group, as kubelet's cgroupfs driver gives it. */
const POD = /^pod[0-9a-f-]+$/;

/** How long the manifests may take to be listed, in seconds: they may lie on a disk that hangs. */
const LIST_LIMIT = 2;

/** The names of the directories in a directory; none when it is not there. */
function directories(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter((entry) => entry.isDirectory).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Whether a process lives in a control group, or below it. */
function isPopulated(group: string): boolean {
  try {
    return /^populated 1$/m.test(Deno.readTextFileSync(`${group}/cgroup.events`));
  } catch {
    return false;
  }
}

/** Whether a pod has a container that runs beside its sandbox. */
function runs(pod: string): boolean {
  let populated = 0;
  for (const container of directories(pod)) {
    if (isPopulated(`${pod}/${container}`) && ++populated === 2) return true;
  }
  return false;
}

/**
 * Counts the pods by their control groups.
 *
 * @param cgroup The kubelet's control group.
 * @returns How many there are, and in how many of them a container runs beside the sandbox.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(countPodGroups("/nowhere"), { running: 0, all: 0 });
 * ```
 */
export function countPodGroups(cgroup: string): { running: number; all: number } {
  const pods = [cgroup, ...QUALITIES.map((quality) => `${cgroup}/${quality}`)]
    .flatMap((parent) => directories(parent).filter((name) => POD.test(name)).map((name) => `${parent}/${name}`));
  return { running: pods.filter(runs).length, all: pods.length };
}

/** Counts the manifests; nothing when they cannot be listed soon. */
async function countManifests(directory: string): Promise<number | undefined> {
  let count: number | undefined;
  const list = async () => {
    let files = 0;
    for await (const { name } of Deno.readDir(directory)) if (!name.startsWith(".")) files += 1;
    count = files;
  };
  await doneWithin(list().catch(() => {}), LIST_LIMIT);
  return count;
}

/**
 * Counts the node's pods.
 *
 * @param places Where they are seen.
 * @param before What was counted before, for what cannot be seen this time.
 * @returns How many there are.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const places = { cgroup: "/nowhere", manifests: "/nowhere" };
 * assert.deepEqual(await countPods(places), { running: 0, wanted: 0 });
 * ```
 */
export async function countPods(places: PodPlaces, before: PodCount = { running: 0, wanted: 0 }): Promise<PodCount> {
  const manifests = await countManifests(places.manifests) ?? before.wanted;
  const { running, all } = countPodGroups(places.cgroup);
  return { running, wanted: Math.max(manifests, all) };
}
