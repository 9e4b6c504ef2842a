import { join } from "node:path";
import { hashFile } from "../hash.ts";
import type { Table } from "../table.ts";
import type { Source } from "./source.ts";

/**
 * `go-modules`: the modules a Go module of the repository needs, pinned by its go.sum, as a module cache.
 *
 * @param _name The source's name
 * @param table The source's table
 * @returns The source
 *
 * @example Usage
 * ```toml
 * [source.runc-modules]
 * go-modules = "go/runc"
 * ```
 */
export function parseGoModules(_name: string, table: Table): Source {
  const module = table.string("go-modules");
  return {
    title: `Go modules of ${module}`,
    request: { "go-modules": module },
    newer: false,
    needs: ["go"],
    pin: async (root) => ({
      module,
      mod: await hashFile(join(root, module, "go.mod")),
      sum: await hashFile(join(root, module, "go.sum")),
    }),
    resolve: () => Promise.resolve({}),
    fetch: async (_pin, folder, fetcher) => {
      const env = {
        GOFLAGS: "-mod=readonly",
        GOMODCACHE: folder,
        GOROOT: join(fetcher.source("go"), "go"),
        GOTOOLCHAIN: "local",
      };
      const cwd = join(fetcher.root, module);
      await fetcher.run([join(env.GOROOT, "bin/go"), "mod", "download"], { cwd, env });
    },
  };
}
