/**
 * The places whose content is kept on the data partition, or in RAM where
 * there is none.
 *
 * @module
 */

import { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from "../../ffi/mod.ts";
import type { DataPartition, DataState } from "./partition.ts";
import type { Log } from "../log.ts";
import { type Mount, mountAll, SHARED_MOUNTS } from "../host/mounts.ts";
import type { Reaper } from "../services/reaper.ts";
import { runProgram } from "../services/run_program.ts";

/** A place whose content is kept. */
export interface KeptPlace {
  /** Where. */
  target: string;
  /** Its directory on the data partition. */
  from: string;
  /** `MS_` flags, joined with `|`. */
  flags: number;
  /** Options of the tmpfs that is mounted there without a partition; without them, nothing is. */
  ram?: string;
  /** Whether it is only for a partition that brings kernel modules; then it is mounted read-only too. */
  modules?: true;
}

/** The overlay over /etc. */
export interface EtcOverlay {
  /** Where. */
  target: string;
  /** What lies below, the stronger first. */
  lower: readonly string[];
  /** On the partition: the directory of what is changed, and the one the overlay works in. */
  disk: { upper: string; work: string };
  /** The same in RAM. */
  ram: { upper: string; work: string };
}

/** All that is kept, in the order in which it is mounted. */
export interface KeptPlaces {
  /** The places. */
  places: readonly KeptPlace[];
  /** The overlay over /etc; a test has none. */
  etc: EtcOverlay | undefined;
  /** What is mounted after them. */
  shared: readonly Mount[];
  /** How the overlay is mounted when it lies on a disk. */
  program: { mount: string; output: string; limit: number };
}

const NOTHING_SPECIAL = MS_NOSUID | MS_NODEV | MS_NOEXEC;
const PROGRAMS = MS_NOSUID | MS_NODEV;

/** What kiOS keeps. */
export const KEPT: KeptPlaces = {
  places: [
    { target: "/var/log", from: "meta/log", flags: NOTHING_SPECIAL },
    // Images and containers: they are programs.
    { target: "/var/lib/containerd", from: "data/oci", flags: PROGRAMS, ram: "mode=0700" },
    // Volumes: workloads unpack and run programs there.
    { target: "/var/lib/kubelet", from: "data/pods", flags: PROGRAMS, ram: "mode=0750" },
    { target: "/lib/modules", from: "modules", flags: NOTHING_SPECIAL, modules: true },
  ],
  etc: {
    target: "/etc",
    // Stage 0 shows there what a second initrd has in its /etc.
    lower: ["/usr/share/kios/initrd/etc", "/etc"],
    disk: { upper: "meta/etc", work: "meta/.etc.work" },
    ram: { upper: "/run/etc/upper", work: "/run/etc/work" },
  },
  shared: SHARED_MOUNTS,
  program: { mount: "/bin/mount", output: "/run/kios/mount.log", limit: 20 },
};

/**
 * The mounts of the places.
 *
 * @param places The places.
 * @param data The data partition.
 * @returns The mounts.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { noPartition } from "./partition.ts";
 *
 * const places = [{ target: "/var/lib/kubelet", from: "data/pods", flags: 6, ram: "mode=0750" }];
 * assert.deepEqual(keptMounts(places, noPartition("/var/lib/kios")), [
 *   { target: "/var/lib/kubelet", type: "tmpfs", flags: 6, data: "mode=0750" },
 * ]);
 * ```
 */
export function keptMounts(
  places: readonly KeptPlace[],
  data: Pick<DataPartition, "state" | "target" | "hasModules">,
): Mount[] {
  const bind = ({ target, from, flags }: KeptPlace) => ({
    target,
    source: `${data.target}/${from}`,
    flags: MS_BIND | flags,
  });
  return places.flatMap((place): Mount[] => {
    const { target, flags, ram, modules } = place;
    if (modules) return data.hasModules ? [bind({ ...place, flags: flags | MS_RDONLY })] : [];
    if (data.state === "disk") return [bind(place)];
    return ram === undefined ? [] : [{ target, type: "tmpfs", flags, data: ram }];
  });
}

/**
 * The options of the overlay over /etc. What a read-only partition holds lies right below what is changed.
 *
 * @param etc The overlay.
 * @param state Where what is to be kept is kept.
 * @param target Where the data partition is mounted.
 * @returns The options.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   etcOptions(KEPT.etc!, "read-only", "/data"),
 *   "lowerdir=/data/meta/etc:/usr/share/kios/initrd/etc:/etc,upperdir=/run/etc/upper,workdir=/run/etc/work",
 * );
 * ```
 */
export function etcOptions(etc: EtcOverlay, state: DataState, target: string): string {
  const { lower, disk, ram } = etc;
  const lowers = state === "read-only" ? [`${target}/${disk.upper}`, ...lower] : lower;
  const { upper, work } = state === "disk" ? { upper: `${target}/${disk.upper}`, work: `${target}/${disk.work}` } : ram;
  return `lowerdir=${lowers.join(":")},upperdir=${upper},workdir=${work}`;
}

/** Mounts the overlay over /etc with what is changed in RAM. */
function mountEtcInRam(etc: EtcOverlay, data: string): void {
  const { target, ram: { upper, work } } = etc;
  mountAll([{ target, type: "overlay", flags: NOTHING_SPECIAL, data, directories: [upper, work] }]);
}

/** Mounts the overlay over /etc; an overlay that cannot lie on the disk lies in RAM. */
async function mountEtc(
  etc: EtcOverlay,
  options: { data: DataPartition; program: KeptPlaces["program"]; reaper: Reaper; log: Log },
): Promise<void> {
  const { data: { state, target }, program, reaper, log } = options;
  if (state === "disk") {
    const words = `nosuid,nodev,noexec,${etcOptions(etc, state, target)}`;
    const args = ["-t", "overlay", "-o", words, "overlay", etc.target];
    const failure = await runProgram(program.mount, args, { ...program, reaper });
    if (failure === undefined) return;
    log.problem(`/etc is kept in RAM: ${failure}`);
    return mountEtcInRam(etc, etcOptions(etc, "ram", target));
  }
  try {
    mountEtcInRam(etc, etcOptions(etc, state, target));
  } catch (cause) {
    if (state === "ram") throw cause;
    log.problem(`/etc of the data partition is not used: ${(cause as Error).message}`);
    mountEtcInRam(etc, etcOptions(etc, "ram", target));
  }
}

/**
 * Mounts the places.
 *
 * Binding a directory asks the disk for nothing: it has just been looked up. The overlay writes there, so a program of
 * its own mounts it.
 *
 * @param kept The places.
 * @param options The data partition, who tells that a program ended, and where problems are told.
 * @throws {SyscallError} If the node cannot do without a mount that failed.
 *
 * @example Usage
 * ```ts
 * import { noPartition } from "./partition.ts";
 * import { memoryLog } from "../log.ts";
 * import { createReaper } from "../services/reaper.ts";
 *
 * const options = { data: noPartition("/var/lib/kios"), reaper: createReaper(), log: memoryLog() };
 * await mountKept({ ...KEPT, places: [], etc: undefined }, options);
 * ```
 */
export async function mountKept(
  kept: KeptPlaces,
  options: { data: DataPartition; reaper: Reaper; log: Log },
): Promise<void> {
  const { places, etc, shared, program } = kept;
  mountAll(keptMounts(places, options.data));
  if (etc !== undefined) await mountEtc(etc, { ...options, program });
  // Not before: what is mounted in a place would appear in the directory it shows, too.
  mountAll(shared);
}
