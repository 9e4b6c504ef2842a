/**
 * What services print, on the consoles too: their files are read, bit by bit,
 * so that nothing of PID 1 stands between a service and its log.
 *
 * @module
 */

/** A file that is followed. */
export interface Followed {
  /** What stands before each of its lines. */
  name: string;
  /** The file. */
  path: string;
}

/** How often files are read, in milliseconds. */
const INTERVAL = 250;

/** How much of a file is read in one go, in bytes: a serial port of 115,200 baud sends as much meanwhile. */
const CHUNK = 4096;

/** Who is further behind than this, in bytes, leaves out what is between. */
const FAR_BEHIND = 1 << 18;

/** One file that is followed. */
interface Follower {
  /** Reads what is new, and shows as much of it as there is room for. */
  read(): Promise<void>;
}

/** Reads up to `length` bytes of a file from `position`, and tells its size. */
async function readAt(path: string, position: number, length: number): Promise<{ size: number; bytes: Uint8Array }> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  await file.seek(Math.min(position, size), Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  return { size, bytes: bytes.subarray(0, await file.read(bytes) ?? 0) };
}

/** Follows one file from its present end. */
function follow({ name, path }: Followed, show: (line: string) => boolean): Follower {
  let position = sizeOf(path);
  return {
    async read() {
      const { size, bytes } = await readAt(path, position, CHUNK);
      if (size < position) return void (position = 0); // it was rotated
      if (size - position > FAR_BEHIND) {
        if (!show(`${name}: ... ${size - position} bytes are only in ${path}`)) return;
        return void (position = size);
      }
      // A line ends at its line break, or where there is no room for more of it.
      let end = bytes.lastIndexOf(10) + 1;
      if (end === 0 && bytes.length === CHUNK) end = CHUNK;
      for (let start = 0; start < end;) {
        const next = bytes.subarray(0, end).indexOf(10, start) + 1 || end;
        if (!show(`${name}: ${new TextDecoder().decode(bytes.subarray(start, next)).trimEnd()}`)) return;
        position += next - start;
        start = next;
      }
    },
  };
}

/** The size of a file, which may not be there yet. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/**
 * Shows what is added to files from now on.
 *
 * Nothing waits for it: who cannot show lines as fast as they come gets them
 * later, and, when that is too late, not at all. The files have them all.
 *
 * @param files The files.
 * @param show Shows a line, and says whether there was room for it.
 * @returns A function that ends it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * const { promise, resolve } = Promise.withResolvers<string>();
 * const end = mirror([{ name: "kubelet", path }], (line) => {
 *   resolve(line);
 *   return true;
 * });
 * Deno.writeTextFileSync(path, "Starting\n");
 * assert.equal(await promise, "kubelet: Starting");
 * end();
 * Deno.removeSync(path);
 * ```
 */
export function mirror(files: readonly Followed[], show: (line: string) => boolean): () => void {
  const timers = files.map((file) => {
    const follower = follow(file, show);
    let reading: Promise<void> | undefined;
    return setInterval(() => {
      // A read that hangs is not asked again: there is one at a time.
      reading ??= follower.read().catch(() => {}).finally(() => reading = undefined);
    }, INTERVAL);
  });
  return () => timers.forEach(clearInterval);
}
