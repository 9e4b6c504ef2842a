/**
 * What lies on the data partition.
 *
 * @module
 */

/** A directory of the data partition. */
export interface DataDirectory {
  /** Its path there. */
  path: string;
  /** Its permissions when it is made. */
  mode: number;
}

/** The directories, each after the one that holds it. */
export const DATA_DIRECTORIES: readonly DataDirectory[] = [
  { path: "meta", mode: 0o755 },
  // Over /etc, and where the overlay works.
  { path: "meta/etc", mode: 0o755 },
  { path: "meta/.etc.work", mode: 0o700 },
  // /var/log, /var/lib/containerd, /var/lib/kubelet
  { path: "meta/log", mode: 0o755 },
  { path: "data", mode: 0o755 },
  { path: "data/oci", mode: 0o700 },
  { path: "data/pods", mode: 0o750 },
  // An OCI image layout of the site's own, and the kernel's modules.
  { path: "images", mode: 0o755 },
  { path: "modules", mode: 0o755 },
];

/**
 * Writes to the disk what is cached of a file, or which names a directory holds.
 *
 * Writing happens on another thread; opening does not, so the file must be one that was just looked at or made: then the
 * kernel opens it without asking the disk.
 *
 * @param path The file or directory.
 *
 * @example Usage
 * ```ts
 * const directory = await Deno.makeTempDir();
 * await syncPath(directory);
 * await Deno.remove(directory);
 * ```
 */
export async function syncPath(path: string): Promise<void> {
  using file = await Deno.open(path);
  await file.sync();
}

/**
 * Makes the directories that are not there yet; what is there stays as it is.
 *
 * @param root Where the data partition is mounted.
 * @param directories The directories.
 * @returns Whether there was any to make.
 * @throws {TypeError} If something else has the name of a directory.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = await Deno.makeTempDir();
 * assert.equal(await makeLayout(root), true);
 * assert.equal(await makeLayout(root), false);
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function makeLayout(
  root: string,
  directories: readonly DataDirectory[] = DATA_DIRECTORIES,
): Promise<boolean> {
  const changed = new Set<string>();
  for (const { path, mode } of directories) {
    const full = `${root}/${path}`;
    try {
      await Deno.mkdir(full);
      // mkdir(2) takes the umask off the mode.
      await Deno.chmod(full, mode);
      changed.add(full).add(full.slice(0, full.lastIndexOf("/")));
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
      // A link could lead anywhere: only a directory of the partition's own will do.
      if (!(await Deno.lstat(full)).isDirectory) throw new TypeError(`"${path}" is no directory`);
    }
  }
  for (const path of changed) await syncPath(path);
  return changed.size > 0;
}

/**
 * Tells whether a directory holds anything.
 *
 * @param path The directory.
 * @returns Whether it does; not, when there is no such directory.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await hasContent("/nowhere"), false);
 * ```
 */
export async function hasContent(path: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(path)) return true;
  } catch {
    // What cannot be read holds nothing of use.
  }
  return false;
}
