import { posix } from "node:path";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `cd`: the folder the following steps start in; each job starts in /build.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.hello.step]]
 * cd = "linux"
 * ```
 */
export function parseCd(table: Table): Step {
  const folder = table.string("cd");
  return {
    title: `cd ${folder}`,
    key: { kind: "cd", revision: 1, folder },
    run: (bench) => {
      bench.cwd = posix.resolve(bench.cwd, folder);
      return Promise.resolve();
    },
  };
}
