/**
 * Finds the data partition among the block devices.
 *
 * @module
 */

import { within } from "../within.ts";
import { type BlockDevice, blockSize, listBlockDevices } from "./block_devices.ts";
import type { DataChoice } from "./choice.ts";
import { parseSuperblock, type Superblock, SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE } from "./ext4.ts";
import { type GptEntry, parseGptEntries, parseGptHeader } from "./gpt.ts";

/** Where the kernel tells of block devices. */
export interface BlockPlaces {
  /** The directory of the devices' links. */
  classes: string;
  /** The directory of their files. */
  devices: string;
}

/** The type of a data partition in a GUID partition table. */
export const DATA_TYPE = "97aac693-d920-465a-94fe-eb59fc86dfaa";

/** Looks for the data partition; what it has read of a device it does not read again. */
export interface Finder {
  /** The names of the partitions that are wanted, the first to be taken first. */
  find(): Promise<string[]>;
  /** What a device's superblock says; nothing when it holds no ext4. */
  superblock(name: string): Promise<Superblock | undefined>;
}

/**
 * Reads a piece of a device.
 *
 * Reading happens on another thread: a disk may take its time. Opening does not (Deno opens files at once), but that asks
 * a fixed disk for nothing, and one that can be taken out only whether it is there (`sd_open` in drivers/scsi/sd.c).
 *
 * @param path The device's file.
 * @param offset Where the piece begins.
 * @param length Its length.
 * @returns The piece, shorter where the device ends.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await readPiece("/dev/zero", 4, 2), new Uint8Array(2));
 * ```
 */
export async function readPiece(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  const piece = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(piece.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return piece.subarray(0, filled);
}

/** The table of a disk; empty when it has none that is whole. */
async function readTable(
  places: BlockPlaces,
  disk: string,
  read: typeof readPiece,
): Promise<{ entries: GptEntry[]; block: number }> {
  const block = blockSize(places.classes, disk);
  const path = `${places.devices}/${disk}`;
  const header = parseGptHeader(await read(path, block, block));
  if (header === undefined) return { entries: [], block };
  const { entriesBlock, count, entrySize } = header;
  return { entries: parseGptEntries(await read(path, entriesBlock * block, count * entrySize), header), block };
}

/**
 * Makes a finder.
 *
 * @param places Where the kernel tells of block devices.
 * @param choice Which partition is wanted.
 * @param options How long a disk may take to be read, in seconds, who is told that one could not be, and how it is read.
 * @returns The finder.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const places = { classes: "/nowhere", devices: "/dev" };
 * const finder = createFinder(places, { by: "type" }, { limit: 1, complain: () => {} });
 * assert.deepEqual(await finder.find(), []);
 * ```
 */
export function createFinder(
  places: BlockPlaces,
  choice: DataChoice,
  options: { limit: number; complain: (text: string) => void; read?: typeof readPiece },
): Finder {
  const { limit, complain, read = readPiece } = options;
  const tables = new Map<string, ReturnType<typeof readTable>>();
  const superblocks = new Map<string, Promise<Superblock | undefined>>();

  /** What `read` gives for `name`, read once; a disk that fails is told and gives `otherwise`. */
  function once<T>(known: Map<string, Promise<T>>, name: string, ask: () => Promise<T>, otherwise: T): Promise<T> {
    const result = known.get(name) ?? within(ask(), limit).catch((cause) => {
      complain(`Cannot read disk "${places.devices}/${name}": ${cause.message}`);
      return otherwise;
    });
    known.set(name, result);
    return result;
  }

  /** What the table of its disk says of a partition. The kernel must agree on where it begins. */
  async function entryOf({ partition }: BlockDevice): Promise<GptEntry | undefined> {
    if (partition === undefined) return undefined;
    const { disk, number, start } = partition;
    const { entries, block } = await once(tables, disk, () => readTable(places, disk, read), {
      entries: [],
      block: 512,
    });
    return entries.find((entry) => entry.number === number && entry.firstBlock * block === start * 512);
  }

  function superblock(name: string): Promise<Superblock | undefined> {
    const path = `${places.devices}/${name}`;
    const ask = async () => parseSuperblock(await read(path, SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE));
    return once(superblocks, name, ask, undefined);
  }

  async function isWanted(device: BlockDevice): Promise<boolean> {
    switch (choice.by) {
      case "none":
        return false;
      case "device":
        return device.name === choice.value;
      case "type":
        return (await entryOf(device))?.type === DATA_TYPE;
      case "partuuid":
        return (await entryOf(device))?.guid === choice.value;
      case "uuid":
        return (await superblock(device.name))?.uuid === choice.value;
    }
  }

  return {
    superblock,
    async find() {
      const devices = listBlockDevices(places.classes);
      // All disks at once: one that hangs does not add its limit to another's.
      const wanted = await Promise.all(devices.map(isWanted));
      return devices.filter((_, index) => wanted[index]).map(({ name }) => name);
    },
  };
}
