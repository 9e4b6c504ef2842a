import { join } from "node:path";
import { hashFile } from "../hash.ts";
import type { Table } from "../table.ts";
import type { Source } from "./source.ts";

/**
 * `npm`: the npm packages of the repository's own deno.json, pinned by deno.lock, as a Deno cache. Deno fetches them
 * itself; there is no npm toolchain.
 *
 * @param _name The source's name
 * @param table The source's table
 * @returns The source
 *
 * @example Usage
 * ```toml
 * [source.npm]
 * npm = "deno.lock"
 * ```
 */
export function parseNpm(_name: string, table: Table): Source {
  const lock = table.string("npm");
  return {
    title: `npm packages of ${lock}`,
    request: { npm: lock },
    newer: false,
    needs: ["deno"],
    pin: async (root) => ({ npm: await hashFile(join(root, lock)) }),
    resolve: () => Promise.resolve({}),
    fetch: async (_pin, folder, fetcher) => {
      const stage = await Deno.makeTempDir({ dir: join(fetcher.cache, "tmp") });
      try {
        for (const file of ["deno.json", lock]) await Deno.copyFile(join(fetcher.root, file), join(stage, file));
        const deno = join(fetcher.source("deno"), "bin/deno");
        await fetcher.run([deno, "install", "--frozen"], { cwd: stage, env: { DENO_DIR: folder, NO_COLOR: "1" } });
      } finally {
        await Deno.remove(stage, { recursive: true });
      }
    },
  };
}
