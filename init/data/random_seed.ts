/**
 * A seed for the kernel's entropy pool that outlives the power: random(4).
 *
 * @module
 */

import { addEntropy } from "../../ffi/mod.ts";
import type { DataPartition } from "./partition.ts";
import { writeWhole } from "../host/machine_id.ts";
import { within } from "../within.ts";

/** Where the seed lies. */
export interface SeedPlaces {
  /** The file, below the data partition. */
  file: string;
  /** The kernel's pool, which also gives random bytes. */
  pool: string;
}

/** The data partition, as far as the seed needs it. */
type Data = Pick<DataPartition, "state" | "target">;

/** The seed's length in bytes: the pool's own size when random(4) was written, more than it takes now. */
const SIZE = 512;

/** How long the disk may take, in seconds. */
const LIMIT = 10;

/** The seed that was kept, or nothing when it is not whole. */
async function readSeed(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    if ((await within(Deno.lstat(path), LIMIT)).size !== SIZE) return undefined;
    const seed = await within(Deno.readFile(path), LIMIT);
    return seed.length === SIZE ? seed : undefined;
  } catch {
    return undefined;
  }
}

/** Random bytes from the kernel. */
async function randomBytes(pool: string): Promise<Uint8Array> {
  using file = await Deno.open(pool);
  const bytes = new Uint8Array(SIZE);
  for (let filled = 0; filled < SIZE;) filled += await file.read(bytes.subarray(filled)) ?? SIZE;
  return bytes;
}

/**
 * Keeps a new seed, where there is a disk to keep it.
 *
 * @param places Where it lies.
 * @param data The data partition.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = await Deno.makeTempDir();
 * await keepSeed({ file: "random-seed", pool: "/dev/urandom" }, { state: "disk", target: root });
 * assert.equal((await Deno.stat(`${root}/random-seed`)).size, 512);
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function keepSeed(places: SeedPlaces, { state, target }: Data): Promise<void> {
  if (state !== "disk") return;
  await within(writeWhole(`${target}/${places.file}`, await randomBytes(places.pool), 0o600), LIMIT);
}

/**
 * Gives the pool the seed that was kept, once: before it counts as random, a new one has taken its place on the disk.
 *
 * @param places Where it lies.
 * @param data The data partition.
 * @param credit Mixes bytes into the pool and counts them.
 * @returns Whether there was a seed.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = await Deno.makeTempDir();
 * const data = { state: "disk", target: root } as const;
 * const places = { file: "random-seed", pool: "/dev/urandom" };
 * const given: Uint8Array[] = [];
 * assert.equal(await takeSeed(places, data, (bytes) => given.push(bytes)), false);
 * const kept = await Deno.readFile(`${root}/random-seed`);
 * assert.equal(await takeSeed(places, data, (bytes) => given.push(bytes)), true);
 * assert.deepEqual(given, [kept]);
 * assert.notDeepEqual(await Deno.readFile(`${root}/random-seed`), kept);
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function takeSeed(
  places: SeedPlaces,
  data: Data,
  credit: (bytes: Uint8Array<ArrayBuffer>) => void = addEntropy,
): Promise<boolean> {
  if (data.state !== "disk") return false;
  const seed = await readSeed(`${data.target}/${places.file}`);
  // Written, it is mixed in but not counted: the new seed comes from a pool that knows the old one.
  if (seed !== undefined) await Deno.writeFile(places.pool, seed, { create: false });
  await keepSeed(places, data);
  if (seed !== undefined) credit(seed);
  return seed !== undefined;
}
