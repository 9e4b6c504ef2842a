/**
 * The names that may stand in an archive.
 *
 * @module
 */

/**
 * Checks that a name in an archive stays below the directory the archive is unpacked in.
 *
 * @param path The name.
 * @returns The same name.
 * @throws {TypeError} If it is empty, absolute, not in its shortest form, or holds a NUL.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(archivePath("bin/init"), "bin/init");
 * assert.throws(() => archivePath("../bin/init"), TypeError);
 * ```
 */
export function archivePath(path: string): string {
  const wrong = path === ""
    ? "it is empty"
    : path.startsWith("/")
    ? "it is absolute"
    : path.includes("\0")
    ? "it holds a NUL"
    : path.split("/").some((part) => ["", ".", ".."].includes(part))
    ? 'it has an empty, "." or ".." part'
    : undefined;
  if (wrong) {
    throw new TypeError(`Cannot use "${path}" as a name in an archive: ${wrong}`);
  }
  return path;
}
