import { doneWithin } from "./done_within.ts";

/** How long a look at a file may take, in seconds: it may lie on a disk that hangs. */
const LIMIT = 2;

/** Reads the end of a file. */
async function read(path: string, bytes: number): Promise<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  await file.seek(Math.max(0, size - bytes), Deno.SeekMode.Start);
  const end = new Uint8Array(bytes);
  let length = 0;
  for (let more: number | null; length < bytes && (more = await file.read(end.subarray(length))) !== null;) {
    length += more;
  }
  return new TextDecoder().decode(end.subarray(0, length));
}

/**
 * Reads the end of a text file.
 *
 * @param path The file.
 * @param bytes How much of it.
 * @returns The end; nothing, when it cannot be read, or not soon.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "starting\nno such device\n");
 * assert.equal(await tailOf(path, 7), "device\n");
 * assert.equal(await tailOf("/nowhere", 7), "");
 * Deno.removeSync(path);
 * ```
 */
export async function tailOf(path: string, bytes: number): Promise<string> {
  let tail = "";
  await doneWithin(read(path, bytes).then((text) => tail = text, () => {}), LIMIT);
  return tail;
}
