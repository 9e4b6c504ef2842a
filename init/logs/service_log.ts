/**
 * What a service prints: a file that it writes itself, with nothing of PID 1
 * in between.
 *
 * @module
 */

import { doneWithin } from "../done_within.ts";

/** How much of a service's end is read to find its last line, in bytes. */
const TAIL = 2048;

/** How much of a line the console can take, in characters. */
const LONGEST_LINE = 200;

/** How long that may take, in seconds: the file may lie on a disk that hangs. */
const READ_LIMIT = 1;

/** The words that a start puts into the log. */
const START = /^--- \S+, start \d+ of this boot, /;

/** Reads the end of a file. */
async function tailOf(path: string, length: number): Promise<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  await file.seek(Math.max(0, size - length), Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const more = await file.read(bytes.subarray(filled));
    if (more === null) break;
    filled += more;
  }
  return new TextDecoder().decode(bytes.subarray(0, filled));
}

/**
 * Reads what a service has written since its last start, or the end of it.
 *
 * @param path The file.
 * @param length The greatest length of that end, in bytes.
 * @returns The text; nothing, when it cannot be read soon.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "no such device\n--- kubelet, start 2 of this boot, now\nstarting\n");
 * assert.equal(await lastWords(path, 1000), "starting\n");
 * Deno.removeSync(path);
 * ```
 */
export async function lastWords(path: string, length: number): Promise<string> {
  let tail = "";
  // A service whose log cannot be read has no last words.
  await doneWithin(tailOf(path, length).then((text) => tail = text, () => {}), READ_LIMIT);
  const lines = tail.split("\n");
  return lines.slice(lines.findLastIndex((line) => START.test(line)) + 1).join("\n");
}

/**
 * Reads the last line since the service's last start that is not empty, or its
 * beginning when it is long.
 *
 * @param path The file.
 * @returns The line, or nothing when there is none, or it cannot be read soon.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "starting\nno such device\n\n");
 * assert.equal(await lastLine(path), "no such device");
 * Deno.removeSync(path);
 * ```
 */
export async function lastLine(path: string): Promise<string | undefined> {
  const words = await lastWords(path, TAIL);
  return words.split("\n").findLast((line) => line.trim() !== "")?.slice(0, LONGEST_LINE);
}
