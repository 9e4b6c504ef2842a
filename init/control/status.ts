/**
 * What a node tells about itself, on its consoles and through its control
 * socket.
 *
 * @module
 */

import { type Address, nodeAddresses } from "../host/addresses.ts";
import { countPods, type PodCount, type PodPlaces } from "../kubelet/pods.ts";
import type { ServiceStatus } from "../services/supervisor.ts";

/** Where what is to be kept is kept. */
export interface DiskStatus {
  /** The data partition's device, if there is one. */
  device: string | null;
  /** On that, or in RAM. */
  state: "disk" | "ram" | "read-only";
  /** Why it is not on a disk, if there is a reason to tell. */
  reason: string | null;
  /** Its size in bytes. */
  size: number | null;
  /** How much of that is left. */
  free: number | null;
}

/** What the node tells about itself. */
export interface NodeStatus {
  /** The system's version. */
  version: string;
  /** The node's name. */
  hostname: string;
  /** Seconds since the kernel started. */
  uptime: number;
  /** Whether it belongs to a cluster. */
  mode: "standalone" | "cluster";
  /** The addresses by which it is reached. */
  addresses: Address[];
  /** What its services are at. */
  services: ServiceStatus[];
  /** How many pods there are. */
  pods: PodCount;
  /** Where what is to be kept is kept. */
  disk: DiskStatus;
  /** What somebody should look at, the last of it. */
  lastProblem: string | null;
}

/** Who knows what the status is made of. */
export interface StatusSources {
  /** The node's name. */
  hostname: string;
  /** The file that tells the system's version: os-release(5). */
  osRelease: string;
  /** The file whose first word is the uptime: proc_uptime(5). */
  uptime: string;
  /** Where pods are seen. */
  pods: PodPlaces;
  /** Whether it belongs to a cluster. */
  mode(): NodeStatus["mode"];
  /** What its services are at. */
  services(): ServiceStatus[];
  /** Where what is to be kept is kept. */
  disk(): DiskStatus;
  /** The last problem. */
  lastProblem(): string | undefined;
}

/** The status of a node, at any time. */
export interface StatusSource {
  /** How the node is. */
  status(): NodeStatus;
  /** Counts again what takes time to count. */
  refresh(): Promise<void>;
}

/** The status of a node without a data partition. */
export const NO_DISK: DiskStatus = { device: null, state: "ram", reason: null, size: null, free: null };

/**
 * Reads the version out of os-release(5).
 *
 * @param text The file's text.
 * @returns The version, or "unknown".
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseVersion('NAME="kiOS"\nVERSION_ID=0.1.0\n'), "0.1.0");
 * ```
 */
export function parseVersion(text: string): string {
  return /^VERSION_ID="?([^"\n]*)"?$/m.exec(text)?.[1] ?? "unknown";
}

/** Reads a file, or takes it for empty. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The addresses, unless the kernel cannot be asked. */
function addresses(): Address[] {
  try {
    return nodeAddresses(Deno.networkInterfaces());
  } catch {
    return [];
  }
}

/**
 * Puts together what a node tells about itself.
 *
 * @param sources Who knows what.
 * @returns The status, at any time.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { status } = createStatus({
 *   hostname: "node-7",
 *   osRelease: "/etc/os-release",
 *   uptime: "/proc/uptime",
 *   pods: { cgroup: "/nowhere", manifests: "/nowhere" },
 *   mode: () => "standalone",
 *   services: () => [],
 *   disk: () => NO_DISK,
 *   lastProblem: () => undefined,
 * });
 * assert.equal(status().hostname, "node-7");
 * ```
 */
export function createStatus(sources: StatusSources): StatusSource {
  const version = parseVersion(read(sources.osRelease));
  let pods: PodCount = { running: 0, wanted: 0 };
  return {
    status: () => ({
      version,
      hostname: sources.hostname,
      uptime: parseFloat(read(sources.uptime)) || 0,
      mode: sources.mode(),
      addresses: addresses(),
      services: sources.services(),
      pods,
      disk: sources.disk(),
      lastProblem: sources.lastProblem() ?? null,
    }),
    async refresh() {
      pods = await countPods(sources.pods, pods);
    },
  };
}
