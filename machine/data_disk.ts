/**
 * Disks with a data partition, written and read without root and without loop devices.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { findTool, type Tool } from "./tools.ts";

/** The type of a data partition in a GUID partition table. */
export const DATA_PARTITION_TYPE = "97AAC693-D920-465A-94FE-EB59FC86DFAA";

/** Where the partition begins, in bytes: where tools put the first one. */
const START = 1024 * 1024;

/** What the table's copy takes at the end of a disk, in bytes. */
const END = 1024 * 1024;

/** What is on a data disk. */
export interface DataDisk {
  /** The size of the partition in MiB. */
  size: number;
  /** The content of files by their path on the partition. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** The file system's UUID. Default: any. */
  uuid?: string;
  /** The partition's own GUID. Default: any. */
  partitionUuid?: string;
  /** The partition's type. Default: that of a data partition. */
  type?: string;
  /** Leave the partition without a file system. Default: false. */
  blank?: boolean;
}

/**
 * Writes a disk image with a GUID partition table and one partition, which holds an ext4 file system.
 *
 * @param path The image to write; it is sparse.
 * @param disk What is on it.
 * @throws {MissingToolError} If fdisk or e2fsprogs is not installed.
 * @throws {TypeError} If one of their programs fails.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16, files: { "meta/etc/hostname": "node-7\n" } });
 * assert.equal(await readDataFile(path, "meta/etc/hostname"), "node-7\n");
 * await checkDataDisk(path);
 * await Deno.remove(path);
 * ```
 */
export async function writeDataDisk(path: string, disk: DataDisk): Promise<void> {
  const bytes = disk.size * 1024 * 1024;
  await Deno.writeFile(path, new Uint8Array());
  await Deno.truncate(path, START + bytes + END);
  const fields = [
    `start=${START / 512}`,
    `size=${bytes / 512}`,
    `type=${disk.type ?? DATA_PARTITION_TYPE}`,
    ...disk.partitionUuid ? [`uuid=${disk.partitionUuid}`] : [],
  ];
  await run("sfdisk", ["--quiet", path], { input: `label: gpt\n${fields.join(", ")}\n` });
  if (disk.blank) return;
  const tree = await Deno.makeTempDir({ prefix: "kios-data-" });
  try {
    for (const [name, content] of Object.entries(disk.files ?? {})) {
      const file = join(tree, name);
      await Deno.mkdir(dirname(file), { recursive: true });
      await (typeof content === "string" ? Deno.writeTextFile(file, content) : Deno.writeFile(file, content));
    }
    const uuid = disk.uuid ? ["-U", disk.uuid] : [];
    const options = ["-E", `offset=${START},root_owner=0:0`, ...uuid, "-d", tree];
    await run("mke2fs", ["-q", "-F", "-t", "ext4", ...options, path, `${disk.size}m`]);
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
}

/**
 * Reads a file of a data disk that no machine is using.
 *
 * @param path The image.
 * @param name The file's path on the partition.
 * @returns Its bytes, or nothing when it is not there.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16, files: { "meta/random-seed": new Uint8Array(3) } });
 * assert.deepEqual(await readDataBytes(path, "meta/random-seed"), new Uint8Array(3));
 * await Deno.remove(path);
 * ```
 */
export async function readDataBytes(path: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "kios-data-" });
  try {
    // debugfs says that there is no such file, and that all went well.
    await run("debugfs", ["-R", `dump /${name} ${folder}/file`, await partition(path)]);
    return await Deno.readFile(`${folder}/file`);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Reads a file of a data disk that no machine is using, as text.
 *
 * @param path The image.
 * @param name The file's path on the partition.
 * @returns Its text, or nothing when it is not there.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16 });
 * assert.equal(await readDataFile(path, "meta/etc/hostname"), undefined);
 * await Deno.remove(path);
 * ```
 */
export async function readDataFile(path: string, name: string): Promise<string | undefined> {
  const bytes = await readDataBytes(path, name);
  return bytes && new TextDecoder().decode(bytes);
}

/**
 * Writes a file to a data disk that no machine is using.
 *
 * @param path The image.
 * @param name The file's path on the partition; its directory is there.
 * @param content What it shall hold.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16 });
 * await writeDataFile(path, "ballast", new Uint8Array(3));
 * assert.deepEqual(await readDataBytes(path, "ballast"), new Uint8Array(3));
 * await Deno.remove(path);
 * ```
 */
export async function writeDataFile(path: string, name: string, content: Uint8Array): Promise<void> {
  const source = await Deno.makeTempFile({ prefix: "kios-data-" });
  try {
    await Deno.writeFile(source, content);
    await run("debugfs", ["-w", "-R", `write ${source} /${name}`, await partition(path)]);
  } finally {
    await Deno.remove(source);
  }
}

/**
 * Reads the superblock of a data disk that no machine is using.
 *
 * @param path The image.
 * @returns Its fields by their names, as dumpe2fs(8) prints them.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16 });
 * assert.equal((await dataSuperblock(path)).get("Filesystem state"), "clean");
 * await Deno.remove(path);
 * ```
 */
export async function dataSuperblock(path: string): Promise<Map<string, string>> {
  const text = await run("dumpe2fs", ["-h", await partition(path)]);
  return new Map(text.split("\n").map((line) => line.split(/:\s+(.*)/s, 2) as [string, string]));
}

/**
 * Checks the file system of a data disk that no machine is using, and changes nothing.
 *
 * @param path The image.
 * @throws {TypeError} If it is not in order; its journal has to be empty.
 *
 * @example Usage
 * ```ts
 * const path = await Deno.makeTempFile();
 * await writeDataDisk(path, { size: 16 });
 * await checkDataDisk(path);
 * await Deno.remove(path);
 * ```
 */
export async function checkDataDisk(path: string): Promise<void> {
  await run("e2fsck", ["-f", "-n", await partition(path)]);
}

/**
 * Writes the partition of a data disk to a file of its own, as mounting would leave it: its journal replayed, and what
 * was deleted while it was open gone. The other functions here take such a file like a disk.
 *
 * @param path The image, which stays as it is.
 * @param to The file to write; it is sparse.
 * @throws {TypeError} If replaying is not enough to bring it in order.
 *
 * @example Usage
 * ```ts
 * const [path, to] = [await Deno.makeTempFile(), await Deno.makeTempFile()];
 * await writeDataDisk(path, { size: 16 });
 * await replayDataDisk(path, to);
 * await checkDataDisk(to);
 * for (const file of [path, to]) await Deno.remove(file);
 * ```
 */
export async function replayDataDisk(path: string, to: string): Promise<void> {
  // e2fsck opens the file system a second time when the journal is replayed, and then forgets about an offset.
  await run("dd", [`if=${path}`, `of=${to}`, "bs=1M", `skip=${START / 1024 / 1024}`, "conv=sparse", "status=none"]);
  // Exit status 1: something was put right, as it is meant to be. e2fsck(8)
  await run("e2fsck", ["-p", to], { accept: [0, 1] });
}

/** How e2fsprogs name a file system inside a file; a disk has its partition table there. */
async function partition(path: string): Promise<string> {
  using file = await Deno.open(path);
  await file.seek(512, Deno.SeekMode.Start);
  const signature = new Uint8Array(8);
  await file.read(signature);
  return new TextDecoder().decode(signature) === "EFI PART" ? `${path}?offset=${START}` : path;
}

/** Runs one of the programs and returns what it printed. */
async function run(
  tool: Tool,
  args: string[],
  options: { input?: string; accept?: number[] } = {},
): Promise<string> {
  const child = new Deno.Command(findTool(tool), { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.input ?? ""));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if ((options.accept ?? [0]).includes(code)) return text(stdout);
  throw new TypeError(`Cannot run "${tool} ${args.join(" ")}": ${text(stdout)}${text(stderr)}`.trim());
}
