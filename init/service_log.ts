/**
 * What a service prints: a file in /var/log that never outgrows its limit.
 *
 * @module
 */

/** How much of a service's end is read to find its last line, in bytes. */
const TAIL = 2048;

/** How much of a line the console can take, in characters. */
const LONGEST_LINE = 200;

/**
 * Reads the last line that is not empty, or its beginning when it is long.
 *
 * @param path The file.
 * @returns The line, or nothing when there is none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "starting\nno such device\n\n");
 * assert.equal(lastLine(path), "no such device");
 * Deno.removeSync(path);
 * ```
 */
export function lastLine(path: string): string | undefined {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    file.seekSync(Math.max(0, size - TAIL), Deno.SeekMode.Start);
    const bytes = new Uint8Array(TAIL);
    const length = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length))
      .split("\n").findLast((line) => line.trim() !== "")
      ?.slice(0, LONGEST_LINE);
  } catch {
    // A service without a log, or whose log is a console, has no last line.
    return undefined;
  }
}

/**
 * Moves a file that has grown beyond `limit` to `<path>.1` and empties it.
 *
 * The service keeps its descriptor and goes on at the file's new end, since it
 * is open for appending. A line written between copy and cut is lost.
 *
 * @param path The file.
 * @param limit Its greatest size in bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "0123456789");
 * rotate(path, 9);
 * assert.equal(Deno.readTextFileSync(path), "");
 * assert.equal(Deno.readTextFileSync(`${path}.1`), "0123456789");
 * ```
 */
export function rotate(path: string, limit: number): void {
  try {
    if (Deno.statSync(path).size <= limit) return;
  } catch {
    return; // The service has not been started yet.
  }
  Deno.copyFileSync(path, `${path}.1`);
  Deno.truncateSync(path);
}
