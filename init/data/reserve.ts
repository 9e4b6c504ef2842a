/**
 * A file on the data partition that is there to be deleted: on a partition that is full, neither the runtime nor the
 * kubelet starts, and so nobody would make room.
 *
 * @module
 */

import { type FileSystemRoom, statfs } from "../../ffi/mod.ts";
import type { Log } from "../log.ts";
import { within } from "../within.ts";

/** Where the reserve lies, and when it is looked at. */
export interface ReservePlaces {
  /** The file, below the data partition. */
  file: string;
  /** How often there may be room for it again, in seconds. */
  interval: number;
  /** How long the disk may take, in seconds. */
  limit: number;
}

/** The reserve of a large partition, in bytes. Of 2.5 MiB nothing was left when the kubelet was ready. */
const LARGEST = 32 << 20;

/** The part of a small partition that it takes. */
const SHARE = 1 / 16;

/** A piece that is written at once, in bytes. */
const PIECE = 1 << 20;

/** How many times its size must be free before it is made. */
const ROOM = 4;

/**
 * The size of the reserve: 32 MiB, or a sixteenth of a small partition.
 *
 * @param size The size of the partition in bytes.
 * @returns The size in bytes, in whole blocks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(reserveSize(1e12), 32 * 1024 * 1024);
 * assert.equal(reserveSize(100 * 4096), 6 * 4096);
 * ```
 */
export function reserveSize(size: number): number {
  return Math.min(LARGEST, Math.floor(size * SHARE / 4096) * 4096);
}

/**
 * Gives the reserve free when there is less room than it takes.
 *
 * @param path The reserve.
 * @param room The room of the partition.
 * @returns Whether there was a reserve, and it was needed.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * const room = { size: 1e9, free: 1e6, available: 1e6, readOnly: false };
 * assert.equal(await releaseReserve(path, room), true);
 * assert.equal(await releaseReserve(path, room), false);
 * ```
 */
export async function releaseReserve(path: string, room: FileSystemRoom): Promise<boolean> {
  if (room.free >= reserveSize(room.size)) return false;
  try {
    await Deno.remove(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}

/**
 * Makes the reserve, or what is missing of it, when there is ample room. It is written, not only promised: a disk image
 * that is sparse would break the promise.
 *
 * @param path The reserve.
 * @param room Tells the room of the partition.
 * @param isWanted Whether to go on, asked between pieces.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/reserve`;
 * await makeReserve(path, () => ({ size: 65_536, free: 65_536, available: 65_536, readOnly: false }));
 * assert.equal((await Deno.stat(path)).size, 4096);
 * ```
 */
export async function makeReserve(
  path: string,
  room: () => FileSystemRoom,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const size = reserveSize(room().size);
  while (isWanted()) {
    const { free, readOnly } = room();
    const there = await Deno.stat(path).then((info) => info.size, () => 0);
    const missing = size - there;
    if (missing <= 0 || readOnly || free < ROOM * size) return;
    await Deno.writeFile(path, new Uint8Array(Math.min(missing, PIECE)), { append: true, mode: 0o600 });
  }
}

/**
 * Makes the reserve as soon as there is room, again and again.
 *
 * @param root Where the data partition is mounted.
 * @param places Where the reserve lies, and when it is looked at.
 * @param log Where it is told when that fails.
 * @returns A function that ends it; a reserve that is half made stays so.
 *
 * @example Usage
 * ```ts
 * import { memoryLog } from "../log.ts";
 *
 * const root = await Deno.makeTempDir();
 * const end = keepReserve(root, { file: "reserve", interval: 60, limit: 60 }, memoryLog());
 * await end();
 * ```
 */
export function keepReserve(root: string, places: ReservePlaces, log: Log): () => Promise<void> {
  let making: Promise<void> | undefined;
  let ended = false;
  let told = false;

  async function make(): Promise<void> {
    try {
      await within(makeReserve(`${root}/${places.file}`, () => statfs(root), () => !ended), places.limit);
      told = false;
    } catch (cause) {
      if (!told) log.problem(`no reserve on the data partition: ${(cause as Error).message}`);
      told = true;
    }
    making = undefined;
  }

  const timer = setInterval(() => making ??= make(), places.interval * 1000);
  return async () => {
    ended = true;
    clearInterval(timer);
    await making;
  };
}
