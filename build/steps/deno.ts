import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `deno`: compiles one TypeScript program of the repository with `deno compile`, offline.
 *
 * The compiler is the source `deno`, the runtime it appends to the source `denort`, and npm packages, where the program
 * has any, come from the source that `packages` names. The files carry the build's fixed time, so that equal sources
 * give equal bytes.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.init.step]]
 * deno = { entry = "init/main.ts", output = "init", flags = ["--no-code-cache"] }
 * ```
 */
export function parseDeno(table: Table): Step {
  const value = table.table("deno");
  const entry = value.string("entry");
  const output = value.string("output");
  const flags = value.strings("flags", []);
  const packages = value.string("packages", "");
  value.finish();
  const compile = ["compile", "--no-check", "--cached-only", "-A", ...flags, "-o", `/out/${output}`, entry];
  const sources = ["deno", "denort", ...(packages ? [packages] : [])];
  return {
    title: `deno compile ${output}`,
    key: { kind: "deno", revision: 1, compile, packages },
    implies: { sources },
    run: async (bench) => {
      bench.cwd = "/files";
      if (packages) await bench.run(["cp", "-R", `/sources/${packages}`, "/build/deno-dir"]);
      await bench.run(["/sources/deno/bin/deno", ...compile], {
        DENO_DIR: "/build/deno-dir",
        DENO_NO_UPDATE_CHECK: "1",
        DENORT_BIN: "/sources/denort/denort",
        NO_COLOR: "1",
      });
    },
  };
}
