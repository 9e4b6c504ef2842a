import { dirname, join, matchesGlob } from "node:path";
import { UserError } from "../errors.ts";
import { listTree } from "../hash.ts";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `deb`: copies files out of unpacked Debian packages, by exact path or pattern; a pattern that matches nothing is an
 * error, so that a renamed file is not lost unseen.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.glibc.step]]
 * deb = { source = "glibc", files = ["lib/x86_64-linux-gnu/libc.so.6"], to = "/out" }
 * ```
 */
export function parseDeb(table: Table): Step {
  const value = table.table("deb");
  const source = value.string("source");
  const files = value.strings("files");
  const to = value.string("to", "/out");
  value.finish();
  return {
    title: `deb ${source}`,
    key: { kind: "deb", revision: 1, source, files, to },
    implies: { sources: [source] },
    run: async (bench) => {
      const from = bench.path(`/sources/${source}`);
      const paths = (await listTree(from, ".")).map(([path]) => path);
      for (const pattern of files) {
        const found = paths.filter((path) => path === pattern || matchesGlob(path, pattern));
        if (found.length === 0) {
          throw new UserError(
            `No file "${pattern}" in the packages of "${source}"`,
            "Look into the package with dpkg -c",
          );
        }
        for (const path of found) await copyOne(join(from, path), join(bench.path(to), path));
      }
    },
  };
}

/** Copies a file or a symbolic link. */
async function copyOne(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  const info = await Deno.lstat(from);
  if (info.isSymlink) await Deno.symlink(await Deno.readLink(from), to);
  else if (info.isDirectory) await Deno.mkdir(to, { recursive: true });
  else await Deno.copyFile(from, to);
}
