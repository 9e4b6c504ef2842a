/**
 * The block devices as the kernel lists them in /sys/class/block:
 * Documentation/ABI/stable/sysfs-block.
 *
 * @module
 */

/** A partition of a disk. */
export interface Partition {
  /** Its number in the disk's table. */
  number: number;
  /** The name of the disk. */
  disk: string;
  /** Its first sector, in units of 512 bytes. */
  start: number;
}

/** A disk, or a partition of one. */
export interface BlockDevice {
  /** Its name, which is also that of its file in /dev. */
  name: string;
  /** What makes it a partition; missing for a whole disk. */
  partition?: Partition;
}

/** Names of devices in the order in which they are looked at; others follow. */
const KINDS = [/^nvme/, /^vd/, /^sd/];

/** What is no disk that keeps anything. */
const NOT_DISKS = /^(loop|ram|zram|sr|fd|nbd|md|dm-)/;

/** The first word of a file, or nothing when it cannot be read. */
function word(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}

/** Where `name` stands among the kinds. */
function rank(name: string): number {
  const index = KINDS.findIndex((kind) => kind.test(name));
  return index === -1 ? KINDS.length : index;
}

/** Orders numbers in names by value, and `sdb` before `sdaa`. */
function compareNames(one: string, other: string): number {
  const parts = (name: string) => name.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(one), parts(other)];
  for (const [index, part] of left.entries()) {
    const opposite = right[index];
    if (opposite === undefined) return 1;
    const difference = Number(part) - Number(opposite) || part.length - opposite.length;
    if (difference) return difference;
    if (part !== opposite) return part < opposite ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * Orders devices: NVMe, virtio, then `sd*` (SCSI, SATA and USB), then all others; in each kind by number.
 *
 * @param one The name of a device.
 * @param other The name of another.
 * @returns Less than 0 when `one` comes first.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const names = ["sda1", "vda10", "vda2", "nvme1n1p1", "nvme0n1p3", "sdaa1", "sdb1"];
 * assert.deepEqual(names.sort(compareDevices), ["nvme0n1p3", "nvme1n1p1", "vda2", "vda10", "sda1", "sdb1", "sdaa1"]);
 * ```
 */
export function compareDevices(one: string, other: string): number {
  return rank(one) - rank(other) || compareNames(one, other);
}

/**
 * Lists the block devices.
 *
 * @param directory The directory of the devices' links.
 * @returns The devices, in the order in which they are looked at.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(listBlockDevices("/nowhere"), []);
 * ```
 */
export function listBlockDevices(directory: string): BlockDevice[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch {
    return [];
  }
  return names.filter((name) => !NOT_DISKS.test(name)).sort(compareDevices)
    .map((name) => ({ name, ...partitionOf(directory, name) }));
}

/** What makes a device a partition. A device may go while it is looked at. */
function partitionOf(directory: string, name: string): { partition: Partition } | undefined {
  const number = Number(word(`${directory}/${name}/partition`) ?? NaN);
  const start = Number(word(`${directory}/${name}/start`) ?? NaN);
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(start)) return undefined;
  try {
    // The link ends in .../<disk>/<partition>.
    const disk = Deno.readLinkSync(`${directory}/${name}`).split("/").at(-2);
    return disk === undefined ? undefined : { partition: { number, disk, start } };
  } catch {
    return undefined;
  }
}

/**
 * Tells the size of a disk's blocks, in which its partition table counts.
 *
 * @param directory The directory of the devices' links.
 * @param disk The disk's name.
 * @returns The size in bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(blockSize("/nowhere", "vda"), 512);
 * ```
 */
export function blockSize(directory: string, disk: string): number {
  const size = Number(word(`${directory}/${disk}/queue/logical_block_size`) ?? NaN);
  return Number.isSafeInteger(size) && size >= 512 && size <= 65536 ? size : 512;
}

/**
 * Tells whether a device refuses to be written to.
 *
 * @param directory The directory of the devices' links.
 * @param name The device's name.
 * @returns Whether it does.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(isReadOnly("/nowhere", "vda1"), false);
 * ```
 */
export function isReadOnly(directory: string, name: string): boolean {
  return word(`${directory}/${name}/ro`) === "1";
}
