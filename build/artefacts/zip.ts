/**
 * Extracts members of a zip archive, such as a Python wheel.
 *
 * The format is read by zip.js: it has no dependencies of its own, its own types, inflates with the platform's
 * DecompressionStream, checks every CRC, and is released every few weeks since 2013. fflate holds whole members in memory,
 * yauzl does not check CRCs. Only its core is imported, without its WebAssembly.
 *
 * @module
 */
import { configure, type FileEntry, Reader, ZipReader } from "@zip.js/zip.js/lib/zip-core-native.js";
import { dirname } from "node:path";
import { archivePath } from "./archive_path.ts";
import { writeOutput } from "./output.ts";

/** What to extract. */
export interface ZipOptions {
  /** The names of the members to extract, all of which must be there; every file of the archive if not given. */
  members?: readonly string[];
}

/**
 * Extracts members of a zip archive below a directory: their contents and whether they are executable, nothing else.
 *
 * @param archive The zip archive.
 * @param directory Where the members go; missing directories are made.
 * @param options Which members.
 * @returns The names of the members that were written, sorted.
 * @throws {SyntaxError} If it is no zip archive, is damaged, or has a member that would leave the directory.
 * @throws {TypeError} If a member that was asked for is not in it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeFile(`${directory}/empty.zip`, new Uint8Array([80, 75, 5, 6, ...new Uint8Array(18)]));
 * assert.deepEqual(await extractZip(`${directory}/empty.zip`, directory), []);
 * ```
 */
export async function extractZip(archive: string, directory: string, options: ZipOptions = {}): Promise<string[]> {
  // No workers, and no timers that wait to end them.
  configure({ useWebWorkers: false, terminateWorkerTimeout: Infinity });
  using file = await Deno.open(archive);
  const zip = new ZipReader(new FileReader(file), { checkCrc32: true });
  const entries = await damageIsSyntax(archive, () => zip.getEntries());
  const files = entries.filter((entry) => !entry.directory);
  const wanted = options.members?.map((name) => {
    const member = files.find((entry) => entry.filename === name);
    if (!member) throw new TypeError(`Cannot extract "${name}" from "${archive}": it has no such member`);
    return member;
  });
  for (const member of wanted ?? files) {
    await damageIsSyntax(archive, () => extractMember(member, directory));
  }
  return (wanted ?? files).map((member) => member.filename).sort();
}

/** Writes one member to its place below `directory`. */
async function extractMember(member: FileEntry, directory: string): Promise<void> {
  const path = `${directory}/${archivePath(member.filename)}`;
  if (member.symlink) throw new TypeError(`"${member.filename}" is a symbolic link`);
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeOutput(path, async (output) => {
    await member.getData(new WritableStream({ write: (chunk: Uint8Array) => output.write(chunk) }));
  });
  await Deno.chmod(path, member.executable ? 0o755 : 0o644);
}

/** Turns what zip.js says of a damaged archive into a SyntaxError that names it; a full disk stays what it is. */
async function damageIsSyntax<T>(archive: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!(cause instanceof Error) || "code" in cause) throw cause;
    throw new SyntaxError(`Cannot extract "${archive}": ${cause.message}`, { cause });
  }
}

/** Reads ranges of an open file: zip.js has a reader for a Blob, and Deno has no Blob that stays in its file. */
class FileReader extends Reader<Deno.FsFile> {
  #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    super(file);
    this.#file = file;
  }

  override async init(): Promise<void> {
    this.size = (await this.#file.stat()).size;
    await super.init?.();
  }

  override readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(length, this.size - index));
    this.#file.seekSync(index, Deno.SeekMode.Start);
    let done = 0;
    while (done < bytes.length) {
      const count = this.#file.readSync(bytes.subarray(done));
      if (count === null) break;
      done += count;
    }
    return Promise.resolve(bytes.subarray(0, done));
  }
}
