/**
 * The host's programs that a machine needs, and the Debian packages they are in.
 *
 * @module
 */
import { MissingToolError } from "./errors.ts";

/** A program of the host that is known here. */
export type Tool = "qemu-system-x86_64" | "mformat" | "mmd" | "mcopy";

/** Debian's package of each program. */
const PACKAGES: Record<Tool, string> = {
  "qemu-system-x86_64": "qemu-system-x86",
  mformat: "mtools",
  mmd: "mtools",
  mcopy: "mtools",
};

/**
 * Finds a program on the host.
 *
 * `KIOS_VM_QEMU` names another QEMU than the one on the path.
 *
 * @param tool The program's name.
 * @param path Folders to look in. Default: the environment's `PATH`.
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
export function findTool(tool: Tool, path: string = Deno.env.get("PATH") ?? ""): string {
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
