/**
 * Writes tar archives as OCI layers want them: uncompressed, and the same bytes for the same entries.
 *
 * The format is written by modern-tar: it streams, has no dependencies of its own, writes ustar headers with pax records
 * only where a name needs them, and takes every field from the caller, so nothing of this machine gets in. tar-stream, the
 * oldest of its kind, does the same but brings four packages with it, one of them native code for another runtime.
 *
 * @module
 */
import { createTarPacker, type TarHeader, type TarPackController } from "modern-tar";
import { archivePath } from "./archive_path.ts";
import { type Content, openContent } from "./content.ts";
import { writeOutput } from "./output.ts";

/** One entry of a tar archive; owner and group are root, and the mode 0644 or 0755, unless it says otherwise. */
export type TarEntry =
  & { path: string; mode?: number; uid?: number; gid?: number }
  & (
    | { type: "file"; content: Content }
    | { type: "directory" }
    | { type: "symlink"; target: string }
    | { type: "link"; target: string }
  );

/** How an archive is written. */
export interface TarOptions {
  /** The time every entry carries, in seconds since 1970; 0 if not given. */
  mtime?: number;
}

/**
 * Writes a tar archive of the entries, sorted by path.
 *
 * @param path The archive to write.
 * @param entries What is in it, in any order.
 * @param options How to write it.
 * @throws {TypeError} If a name leaves the archive or is there twice, or a hard link's target is no file that sorts before it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/layer.tar`;
 * await writeTar(path, [
 *   { type: "file", path: "bin/hello", content: new Uint8Array(3), mode: 0o755 },
 *   { type: "symlink", path: "bin/hi", target: "hello" },
 * ]);
 * assert.equal((await Deno.stat(path)).size % 512, 0);
 * ```
 */
export async function writeTar(
  path: string,
  entries: Iterable<TarEntry>,
  options: TarOptions = {},
): Promise<void> {
  const sorted = [...entries].sort(byPath);
  checkEntries(sorted);
  await writeOutput(path, async (output) => {
    const { readable, controller } = createTarPacker();
    const packed = pack(controller, sorted, options);
    // Its failure ends the stream as well, and is thrown from there or from the await below.
    packed.catch(() => {});
    for await (const chunk of readable) await output.write(chunk);
    await packed;
  });
}

/** Orders by UTF-16 code units, so no locale has a say; a directory comes before what is in it. */
function byPath(a: TarEntry, b: TarEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Refuses what would not unpack to what was meant. */
function checkEntries(sorted: TarEntry[]): void {
  const seen = new Map<string, TarEntry["type"]>();
  for (const entry of sorted) {
    archivePath(entry.path);
    if (seen.has(entry.path)) {
      throw new TypeError(`Cannot archive "${entry.path}": it is there twice`);
    }
    if (entry.type === "link" && seen.get(entry.target) !== "file") {
      throw new TypeError(
        `Cannot archive "${entry.path}": it is a hard link to "${entry.target}", which is no file before it`,
      );
    }
    seen.set(entry.path, entry.type);
  }
}

/** Feeds the packer entry by entry, and ends its stream with what went wrong. */
async function pack(
  controller: TarPackController,
  entries: TarEntry[],
  options: TarOptions,
): Promise<void> {
  try {
    for (const entry of entries) await packEntry(controller, entry, options);
    controller.finalize();
  } catch (cause) {
    controller.error(cause);
    throw cause;
  }
}

/** Feeds the packer one entry. */
async function packEntry(
  controller: TarPackController,
  entry: TarEntry,
  { mtime = 0 }: TarOptions,
): Promise<void> {
  const header: TarHeader = {
    name: entry.path,
    type: entry.type,
    size: 0,
    mtime: new Date(mtime * 1000),
    mode: entry.mode ?? defaultMode(entry.type),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
  };
  switch (entry.type) {
    case "directory":
      return await controller.add({ ...header, name: `${entry.path}/` }).close();
    case "symlink":
    case "link":
      return await controller.add({ ...header, linkname: entry.target }).close();
    case "file": {
      using content = await openContent(entry.content);
      const body = controller.add({ ...header, size: content.size })
        .getWriter();
      await content.copyTo((chunk) => body.write(chunk));
      await body.close();
    }
  }
}

/** The mode of an entry that names none. */
function defaultMode(type: TarEntry["type"]): number {
  return type === "directory" ? 0o755 : type === "symlink" ? 0o777 : 0o644;
}
