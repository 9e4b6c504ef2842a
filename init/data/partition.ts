/**
 * The data partition: what the node keeps beyond its own run.
 *
 * It is never formatted, and one that cannot be mounted is never written to:
 * the node then runs in RAM and says why.
 *
 * @module
 */

import { statfs } from "../../ffi/mod.ts";
import type { Log } from "../log.ts";
import type { Reaper } from "../services/reaper.ts";
import { runProgram } from "../services/run_program.ts";
import type { DiskStatus } from "../control/status.ts";
import { within } from "../within.ts";
import { isReadOnly } from "./block_devices.ts";
import { type DataChoice, parseDataChoice } from "./choice.ts";
import { type BlockPlaces, createFinder, type Finder } from "./find.ts";
import { hasContent, makeLayout } from "./layout.ts";
import { releaseReserve, type ReservePlaces } from "./reserve.ts";
import { usbIsComing } from "./usb.ts";

/** Where the data partition comes from and goes to, and how long that may take. */
export interface DataPlaces extends BlockPlaces {
  /** The directory of the USB devices. */
  usb: string;
  /** The file whose first word is the uptime in seconds. */
  uptime: string;
  /** Where it is mounted. */
  target: string;
  /** The program that mounts. */
  mount: string;
  /** The program that unmounts. */
  umount: string;
  /** The file that takes what they say. */
  output: string;
  /** What is given free when there is no room. */
  reserve: ReservePlaces;
  /** How long each thing may take, in seconds. */
  limits: {
    /** Until a partition that is wanted, or may be coming, is there. */
    appear: number;
    /** To read the table of a disk, or a superblock. */
    read: number;
    /** To mount it, its journal replayed. */
    mount: number;
    /** To make its directories. */
    layout: number;
  };
}

/** Where what is to be kept is kept: on a disk, in RAM, or what was kept is read from a disk that takes no more. */
export type DataState = DiskStatus["state"];

/** The data partition, or that there is none. */
export interface DataPartition {
  /** Where what is to be kept is kept. */
  state: DataState;
  /** Where it is mounted. */
  target: string;
  /** Whether it brings kernel modules. */
  hasModules: boolean;
  /** How it is now. */
  status(): DiskStatus;
}

/** How the partition is looked for. */
export interface TakeOptions {
  /** Which partition is wanted: `datapart=` of the command line. */
  datapart?: string;
  /** Who tells that a program ended. */
  reaper: Reaper;
  /** Where what happens is told. */
  log: Log;
}

/** How often it is looked for, in milliseconds. */
const INTERVAL = 50;

/** Why a partition cannot be used. */
class UnusableError extends TypeError {
  /** The error's name. */
  override name = "UnusableError";
}

/**
 * Says that there is no data partition to use.
 *
 * @param target Where it would be mounted.
 * @param why The partition that cannot be used, and why.
 * @returns The partition that is not there.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(noPartition("/var/lib/kios").status().state, "ram");
 * ```
 */
export function noPartition(target: string, why: { device?: string; reason?: string } = {}): DataPartition {
  const { device = null, reason = null } = why;
  return {
    state: "ram",
    target,
    hasModules: false,
    status: () => ({ device, state: "ram", reason, size: null, free: null }),
  };
}

/**
 * Finds the data partition, mounts it and makes its directories.
 *
 * @param places Where it comes from and goes to.
 * @param options How it is looked for.
 * @returns The partition.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { KIOS } from "../node.ts";
 * import { memoryLog } from "../log.ts";
 * import { createReaper } from "../services/reaper.ts";
 *
 * const options = { datapart: "none", log: memoryLog(), reaper: createReaper() };
 * assert.equal((await takeData(KIOS.data, options)).state, "ram");
 * ```
 */
export async function takeData(places: DataPlaces, options: TakeOptions): Promise<DataPartition> {
  const { datapart, log } = options;
  const choice = parseDataChoice(datapart);
  if (choice === undefined) log.problem(`"datapart=${datapart}" names no device or identifier: the type decides`);
  return await takeChosen(places, { ...options, choice: choice ?? { by: "type" } });
}

/** How the partition that was chosen is taken. */
type ChosenOptions = Omit<TakeOptions, "datapart"> & { choice: DataChoice };

/** Takes the partition that was chosen. */
async function takeChosen(places: DataPlaces, options: ChosenOptions): Promise<DataPartition> {
  const { choice, log } = options;
  const finder = createFinder(places, choice, { limit: places.limits.read, complain: log.problem });
  const [name, ...others] = await awaitPartition(places, finder, options);
  if (name === undefined) {
    log.write("no data partition: all is kept in RAM");
    const reason = "value" in choice ? `"${choice.value}" is not there` : undefined;
    return noPartition(places.target, choice.by === "none" ? { reason: "datapart=none" } : { ...reason && { reason } });
  }
  const device = `${places.devices}/${name}`;
  if (others.length > 0) {
    const rest = others.map((other) => `${places.devices}/${other}`).join(", ");
    log.problem(`more than one data partition: ${device} is used, not ${rest}`);
  }
  try {
    return await use(places, { name, device, finder, ...options });
  } catch (cause) {
    const reason = (cause as Error).message;
    log.problem(
      `data partition ${device} cannot be used: ${reason}; it stays as it is and all is kept in RAM, ` +
        "see docs/data-partition.md",
    );
    return noPartition(places.target, { device, reason });
  }
}

/** Looks for the partition, as long as it may still come. */
async function awaitPartition(places: DataPlaces, finder: Finder, options: ChosenOptions): Promise<string[]> {
  const { choice, log } = options;
  const { limits, usb, uptime } = places;
  const isComing = () =>
    choice.by === "type" ? usbIsComing(usb, parseFloat(Deno.readTextFileSync(uptime))) : choice.by !== "none";
  const began = performance.now();
  for (let told = false;; told = true) {
    const found = await finder.find();
    if (found.length > 0 || !isComing()) return found;
    const what = "value" in choice
      ? `data partition "${choice.value}"`
      : "USB devices, which may bring a data partition";
    if (performance.now() - began > limits.appear * 1000) {
      log.problem(`waited ${limits.appear} s in vain for ${what}`);
      return [];
    }
    if (!told) log.write(`waiting up to ${limits.appear} s for ${what}`);
    await new Promise((done) => setTimeout(done, INTERVAL));
  }
}

/** Mounts a partition and makes it ready. */
async function use(
  places: DataPlaces,
  options: ChosenOptions & { name: string; device: string; finder: Finder },
): Promise<DataPartition> {
  const { name, device, finder, log } = options;
  const { target, limits } = places;
  const superblock = await finder.superblock(name);
  if (superblock === undefined) throw new UnusableError("it holds no ext4 file system");
  if (superblock.hasErrors) log.problem(`data partition ${device} has errors: have e2fsck look at it`);

  const readOnly = isReadOnly(places.classes, name);
  await mountPartition(places, { ...options, readOnly });
  const state = readOnly || statfs(target).readOnly ? "read-only" : "disk";
  if (state === "read-only") {
    log.problem(`data partition ${device} is read-only: it is read, but all that is new is kept in RAM`);
  } else {
    await layOut(places, options);
  }
  const hasModules = await within(hasContent(`${target}/modules`), limits.read);
  log.write(`data partition ${device} mounted${superblock.needsRecovery ? ", its journal replayed" : ""}`);
  return { state, target, hasModules, status: () => statusOf(state, device, target) };
}

/** Mounts a partition. */
async function mountPartition(
  places: DataPlaces,
  options: { device: string; reaper: Reaper; readOnly: boolean },
): Promise<void> {
  const { device, reaper, readOnly } = options;
  const { target, limits, output } = places;
  await Deno.mkdir(target, { recursive: true });
  // mount(8): errors=remount-ro, so that what is broken does not become worse.
  const flags = `${readOnly ? "ro" : "rw"},nosuid,nodev,noexec,noatime,errors=remount-ro`;
  const failure = await runProgram(places.mount, ["-t", "ext4", "-o", flags, device, target], {
    reaper,
    limit: limits.mount,
    output,
  });
  if (failure === undefined) return;
  // "mount: TARGET: why"
  const why = failure.split(": ").at(-1);
  throw new UnusableError(
    readOnly ? `${why}; a read-only disk's journal cannot be replayed` : `it cannot be mounted: ${why}`,
  );
}

/** Makes the partition's directories; one that cannot hold them is left alone. */
async function layOut(places: DataPlaces, options: { reaper: Reaper; device: string; log: Log }): Promise<void> {
  const { target, limits, umount, output, reserve } = places;
  const { reaper, device, log } = options;
  try {
    const released = await within(releaseReserve(`${target}/${reserve.file}`, statfs(target)), limits.layout);
    if (released) log.problem(`data partition ${device} is full: its reserve is free now, have room made soon`);
    if (await within(makeLayout(target), limits.layout)) log.write(`data partition ${device}: directories made`);
  } catch (cause) {
    await runProgram(umount, [target], { reaper, limit: limits.mount, output });
    throw new UnusableError(`its directories cannot be made: ${(cause as Error).message}`, { cause });
  }
}

/** How a mounted partition is. */
function statusOf(state: DataState, device: string, target: string): DiskStatus {
  const { size, available, readOnly } = statfs(target);
  const failed = state === "disk" && readOnly;
  return {
    device,
    state: failed ? "read-only" : state,
    reason: failed
      ? "the kernel writes nothing more to it since an error"
      : state === "read-only"
      ? "the disk is read-only"
      : null,
    size,
    free: available,
  };
}
