/**
 * Bytes on their way into an artefact: from memory or from a file, always in chunks.
 *
 * @module
 */

/** How much of a file is in memory at a time. */
const CHUNK = 256 * 1024;

/** What goes into an artefact: the bytes themselves, or the path of the file that holds them. */
export type Content = string | Uint8Array;

/** Content that is ready to be read once. */
export interface OpenContent extends Disposable {
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Hands every byte to `sink`, in order.
   *
   * @param sink What takes each chunk; a chunk is its own memory and may be kept.
   * @throws {RangeError} If the file is no longer as long as `size` says.
   */
  copyTo(sink: (chunk: Uint8Array) => Promise<unknown> | void): Promise<void>;
}

/**
 * Opens content, so that its size is known before its bytes are read.
 *
 * @param content The bytes, or the path of a regular file.
 * @returns The open content; dispose of it when it is read.
 * @throws {TypeError} If the path is not that of a regular file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * using content = await openContent(new TextEncoder().encode("kiOS"));
 * assert.equal(content.size, 4);
 * ```
 */
export async function openContent(content: Content): Promise<OpenContent> {
  if (typeof content !== "string") {
    return {
      size: content.length,
      copyTo: async (sink) => {
        await sink(content);
      },
      [Symbol.dispose]() {},
    };
  }
  const file = await Deno.open(content);
  const { isFile, size } = await file.stat();
  if (!isFile) {
    file.close();
    throw new TypeError(`Cannot read "${content}": it is not a regular file`);
  }
  return {
    size,
    copyTo: (sink) => copyFile(file, sink, { path: content, size }),
    [Symbol.dispose]: () => file.close(),
  };
}

/** Hands `size` bytes of `file` to `sink`: a size that was already written into a header must stay true. */
async function copyFile(
  file: Deno.FsFile,
  sink: (chunk: Uint8Array) => Promise<unknown> | void,
  { path, size }: { path: string; size: number },
): Promise<void> {
  let copied = 0;
  while (true) {
    const chunk = new Uint8Array(CHUNK);
    const length = await file.read(chunk);
    if (length === null) break;
    copied += length;
    if (copied > size) break;
    await sink(chunk.subarray(0, length));
  }
  if (copied !== size) {
    throw new RangeError(
      `Cannot copy "${path}": its size changed while it was read, it was ${size} bytes`,
    );
  }
}
