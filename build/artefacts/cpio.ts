/**
 * Writes cpio archives in the newc format, as the kernel unpacks them for its initramfs.
 *
 * Format: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 *
 * @module
 */
import { archivePath } from "./archive_path.ts";
import { type Content, openContent } from "./content.ts";
import { type Output, writeOutput } from "./output.ts";

/** One entry of a cpio archive. */
export type CpioEntry =
  | { type: "file"; path: string; content: Content; mode?: number }
  | { type: "directory"; path: string; mode?: number }
  | { type: "symlink"; path: string; target: string }
  | {
    type: "device";
    path: string;
    device: "character" | "block";
    major: number;
    minor: number;
    mode?: number;
  };

/** How an archive is written. */
export interface CpioOptions {
  /** The time every entry carries, in seconds since 1970; 0 if not given. */
  mtime?: number;
}

/** The fields of an entry's header that differ from entry to entry. */
interface Header {
  path: string;
  inode: number;
  mode: number;
  links: number;
  mtime: number;
  size: number;
  major: number;
  minor: number;
}

/** File types in `mode`: inode(7). */
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

/** A header field is 8 hexadecimal digits. */
const FIELD_MAX = 0xffff_ffff;

/** GNU cpio pads to its block size and reads in it; the kernel asks for 4. */
const BLOCK = 512;

const encoder = new TextEncoder();

/**
 * Writes a cpio archive: owner root, one time for all, inodes numbered in order, so that equal entries give equal bytes.
 *
 * @param path The archive to write.
 * @param entries The entries in their order: a directory comes before what lies in it.
 * @param options How to write it.
 * @throws {TypeError} If a name cannot be unpacked: it leaves the archive, is there twice, or its directory is not there yet.
 * @throws {RangeError} If a file is 4 GiB or larger, or a number does not fit its field.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/initrd`;
 * await writeCpio(path, [
 *   { type: "directory", path: "dev" },
 *   { type: "device", path: "dev/console", device: "character", major: 5, minor: 1, mode: 0o600 },
 *   { type: "file", path: "init", content: new Uint8Array(3), mode: 0o755 },
 * ]);
 * assert.equal((await Deno.readTextFile(path)).slice(0, 6), "070701");
 * ```
 */
export async function writeCpio(
  path: string,
  entries: Iterable<CpioEntry>,
  options: CpioOptions = {},
): Promise<void> {
  await writeOutput(path, async (output) => {
    const seen = new Map<string, CpioEntry["type"]>();
    let inode = 0;
    for (const entry of entries) {
      checkPlace(entry, seen);
      await writeEntry(output, entry, {
        inode: ++inode,
        mtime: options.mtime ?? 0,
      });
    }
    await writeHeader(output, {
      path: "TRAILER!!!",
      inode: 0,
      mode: 0,
      links: 1,
      mtime: 0,
      size: 0,
      major: 0,
      minor: 0,
    });
    await output.align(BLOCK);
  });
}

/** Refuses what the kernel would drop without a word. */
function checkPlace(
  { path, type }: CpioEntry,
  seen: Map<string, CpioEntry["type"]>,
): void {
  archivePath(path);
  if (seen.has(path)) {
    throw new TypeError(`Cannot archive "${path}": it is there twice`);
  }
  const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (parent && seen.get(parent) !== "directory") {
    throw new TypeError(
      `Cannot archive "${path}": the directory "${parent}" is not there before it`,
    );
  }
  seen.set(path, type);
}

/** Writes one entry, header and data. */
async function writeEntry(
  output: Output,
  entry: CpioEntry,
  { inode, mtime }: { inode: number; mtime: number },
): Promise<void> {
  const header: Header = {
    path: entry.path,
    inode,
    mode: modeOf(entry),
    links: entry.type === "directory" ? 2 : 1,
    mtime,
    size: 0,
    major: 0,
    minor: 0,
  };
  if (entry.type === "directory") return await writeHeader(output, header);
  if (entry.type === "device") {
    const { major, minor } = entry;
    return await writeHeader(output, { ...header, major, minor });
  }
  using content = await openContent(
    entry.type === "file" ? entry.content : encoder.encode(entry.target),
  );
  await writeHeader(output, { ...header, size: content.size });
  await output.copy(content);
  await output.align(4);
}

/** The mode of an entry, its type included. */
function modeOf(entry: CpioEntry): number {
  switch (entry.type) {
    case "file":
      return S_IFREG | (entry.mode ?? 0o644);
    case "directory":
      return S_IFDIR | (entry.mode ?? 0o755);
    case "symlink":
      return S_IFLNK | 0o777;
    case "device":
      return (entry.device === "character" ? S_IFCHR : S_IFBLK) |
        (entry.mode ?? 0o600);
  }
}

/** Writes a header and the name after it, padded to 4 bytes. */
async function writeHeader(output: Output, header: Header): Promise<void> {
  const name = encoder.encode(`${header.path}\0`);
  const fields = [
    header.inode,
    header.mode,
    0, // uid
    0, // gid
    header.links,
    header.mtime,
    header.size,
    0, // the device the file lies on, major
    0, // and minor
    header.major,
    header.minor,
    name.length,
    0, // the checksum, of "070702" archives only
  ];
  for (const field of fields) {
    if (!Number.isInteger(field) || field < 0 || field > FIELD_MAX) {
      throw new RangeError(
        `Cannot archive "${header.path}": ${field} does not fit a header field of 32 bits`,
      );
    }
  }
  const digits = fields.map((field) => field.toString(16).padStart(8, "0"));
  await output.write(encoder.encode(`070701${digits.join("")}`));
  await output.write(name);
  await output.align(4);
}
