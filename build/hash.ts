/**
 * Content hashes of files, trees and data.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * Hashes a file's content.
 *
 * @param path The file
 * @returns Its SHA-256, 64 hexadecimal digits
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const path = await Deno.makeTempFile();
 * assert.match(await hashFile(path), /^e3b0c44298fc1c14/);
 * ```
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}

/**
 * Hashes data that JSON can hold; the order of an object's keys does not count.
 *
 * @param data The data
 * @returns Its SHA-256, 64 hexadecimal digits
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(hashData({ a: 1, b: [2] }), hashData({ b: [2], a: 1 }));
 * ```
 */
export function hashData(data: unknown): string {
  const sorted = JSON.stringify(
    data,
    (_key, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
        : value,
  );
  return createHash("sha256").update(sorted).digest("hex");
}

/** One entry of a tree: path, kind with permission, and what it holds. */
export type TreeEntry = [path: string, mode: string, content: string];

/**
 * Lists a file or a tree with the hash of each file, independent of times, owners and the order on disk.
 *
 * @param root The folder paths are relative to
 * @param path The file or folder below it
 * @returns One entry a file, link or folder, sorted by path
 * @throws {Deno.errors.NotFound} when there is no such path
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const root = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${root}/a`, "x");
 * assert.deepEqual((await listTree(root, ".")).map(([path]) => path), ["a"]);
 * ```
 */
export async function listTree(root: string, path: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const visit = async (relative: string) => {
    const full = join(root, relative);
    const info = await Deno.lstat(full);
    if (info.isSymlink) entries.push([relative, "link", await Deno.readLink(full)]);
    else if (info.isFile) entries.push([relative, (info.mode! & 0o100) ? "755" : "644", await hashFile(full)]);
    else if (info.isDirectory) {
      const names = [];
      for await (const entry of Deno.readDir(full)) names.push(entry.name);
      if (names.length === 0 && relative !== ".") entries.push([relative, "folder", ""]);
      for (const name of names.sort()) await visit(join(relative, name));
    }
  };
  await visit(path);
  return entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}
