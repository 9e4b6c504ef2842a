/**
 * A file that is written front to back and appears under its name when it is whole.
 *
 * @module
 */
import type { OpenContent } from "./content.ts";

/** The writing end of a file that {@linkcode writeOutput} makes. */
export class Output {
  #file: Deno.FsFile;
  #position = 0;

  /**
   * Writes to an open file, from where it stands.
   *
   * @param file The file.
   */
  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** How many bytes were written so far. */
  get position(): number {
    return this.#position;
  }

  /**
   * Writes all of `bytes`.
   *
   * @param bytes What to write.
   */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#file.write(bytes.subarray(done));
    }
    this.#position += bytes.length;
  }

  /**
   * Writes all of an open content.
   *
   * @param content What to write.
   */
  async copy(content: OpenContent): Promise<void> {
    await content.copyTo((chunk) => this.write(chunk));
  }

  /**
   * Writes zeros until the position is a multiple of `boundary`.
   *
   * @param boundary The alignment, in bytes.
   */
  async align(boundary: number): Promise<void> {
    await this.write(
      new Uint8Array(alignUp(this.#position, boundary) - this.#position),
    );
  }
}

/**
 * Rounds up to a multiple.
 *
 * @param value What to round.
 * @param boundary What the result is a multiple of.
 * @returns The smallest multiple of `boundary` that is not less than `value`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(alignUp(513, 512), 1024);
 * ```
 */
export function alignUp(value: number, boundary: number): number {
  return Math.ceil(value / boundary) * boundary;
}

/**
 * Writes a file under another name and moves it to its own when it is whole, so that a failure leaves nothing behind.
 *
 * @param path Where the file will be; an old one is replaced.
 * @param fill What writes it.
 * @throws What `fill` throws, and what the file system says.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/file`;
 * await writeOutput(path, (output) => output.align(512));
 * assert.equal((await Deno.stat(path)).size, 0);
 * ```
 */
export async function writeOutput(
  path: string,
  fill: (output: Output) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  try {
    using file = await Deno.open(part, {
      write: true,
      create: true,
      truncate: true,
    });
    await fill(new Output(file));
  } catch (cause) {
    await Deno.remove(part).catch(() => {});
    throw cause;
  }
  await Deno.rename(part, path);
}
