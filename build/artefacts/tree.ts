/**
 * Lists a directory tree as the entries of an archive.
 *
 * @module
 */
import type { TarEntry } from "./tar.ts";

/** Mode bits: inode(7). */
const S_ISVTX = 0o1000;
const S_ISUID_S_ISGID = 0o6000;
const S_IXUSR = 0o100;

/**
 * Lists what is below a directory, sorted by path, hard links among it as links, all of it owned by root.
 *
 * The mode is told from what a file is, not from the umask it was made under: 0755 for what is executable and for directories,
 * 0644 for the rest; set-user-ID and set-group-ID bits of files stay, and a directory with the sticky bit is 1777.
 *
 * @param root The directory.
 * @returns The entries, with paths relative to `root`, which is not among them.
 * @throws {TypeError} If something below is no file, directory or symbolic link.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.mkdir(`${root}/bin`, { mode: 0o700 });
 * assert.deepEqual(await treeEntries(root), [{ type: "directory", path: "bin", mode: 0o755 }]);
 * ```
 */
export async function treeEntries(root: string): Promise<TarEntry[]> {
  const paths = (await listTree(root, "")).sort();
  const firstLinks = new Map<string, string>();
  const entries: TarEntry[] = [];
  for (const path of paths) {
    entries.push(await entryOf(root, path, firstLinks));
  }
  return entries;
}

/** The paths of all that lies in `directory`, which is relative to `root`. */
async function listTree(root: string, directory: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${directory}`)) {
    const path = directory ? `${directory}/${name}` : name;
    paths.push(path);
    if (isDirectory) paths.push(...await listTree(root, path));
  }
  return paths;
}

/** The entry of one path; `firstLinks` knows the first path of each file that has several. */
async function entryOf(
  root: string,
  path: string,
  firstLinks: Map<string, string>,
): Promise<TarEntry> {
  const source = `${root}/${path}`;
  const info = await Deno.lstat(source);
  const mode = info.mode ?? 0;
  if (info.isSymlink) {
    return { type: "symlink", path, target: await Deno.readLink(source) };
  }
  if (info.isDirectory) {
    return { type: "directory", path, mode: mode & S_ISVTX ? 0o1777 : 0o755 };
  }
  if (!info.isFile) {
    throw new TypeError(
      `Cannot archive "${source}": it is no file, directory or symbolic link`,
    );
  }
  const fileMode = (mode & S_ISUID_S_ISGID) | (mode & S_IXUSR ? 0o755 : 0o644);
  if ((info.nlink ?? 1) > 1) {
    const inode = `${info.dev}:${info.ino}`;
    const first = firstLinks.get(inode);
    if (first) return { type: "link", path, target: first, mode: fileMode };
    firstLinks.set(inode, path);
  }
  return { type: "file", path, content: source, mode: fileMode };
}
