/**
 * The host's programs that a machine needs, and the Debian packages they are in.
 *
 * @module
 */
import { MissingToolError } from "./errors.ts";

/** A program of the host that is known here. */
export type Tool =
  | "qemu-system-x86_64"
  | "mformat"
  | "mmd"
  | "mcopy"
  | "sfdisk"
  | "mke2fs"
  | "dumpe2fs"
  | "debugfs"
  | "e2fsck"
  | "dd";

/** Debian's package of each program. */
const PACKAGES: Record<Tool, string> = {
  "qemu-system-x86_64": "qemu-system-x86",
  mformat: "mtools",
  mmd: "mtools",
  mcopy: "mtools",
  sfdisk: "fdisk",
  mke2fs: "e2fsprogs",
  dumpe2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  dd: "coreutils",
};

/** Debian's place for programs of administrators, which is not on everybody's path. */
const SBIN = "/usr/sbin:/sbin";

/**
 * Finds a program on the host.
 *
 * `KIOS_VM_QEMU` names another QEMU than the one on the path.
 *
 * @param tool The program's name.
 * @param path Folders to look in. Default: the environment's `PATH`, then those of administrators.
 * @returns Its path.
 * @throws {MissingToolError} If the host does not have it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => findTool("mcopy", "/nowhere"), {
 *   hint: "On Debian: apt install mtools",
 * });
 * ```
 */
export function findTool(tool: Tool, path: string = `${Deno.env.get("PATH") ?? ""}:${SBIN}`): string {
  const override = tool === "qemu-system-x86_64" ? Deno.env.get("KIOS_VM_QEMU") : undefined;
  const candidates = override?.includes("/")
    ? [override]
    : path.split(":").map((folder) => `${folder}/${override ?? tool}`);
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    throw new MissingToolError(override ?? tool, PACKAGES[tool]);
  }
  return found;
}

/** Whether `path` is a file that somebody may execute. */
function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
