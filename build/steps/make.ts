import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `make`: make(1) with targets and variables, on all processors.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.kernel.step]]
 * make = { targets = ["bzImage"], vars = { ARCH = "x86_64" } }
 * ```
 */
export function parseMake(table: Table): Step {
  const value = table.table("make");
  const targets = value.strings("targets", []);
  const vars = value.record("vars", {});
  value.finish();
  const words = [...Object.entries(vars).map(([name, text]) => `${name}=${text}`), ...targets];
  return {
    title: ["make", ...targets].join(" "),
    key: { kind: "make", revision: 1, words },
    implies: { tools: ["make"] },
    run: (bench) => bench.run(["make", `-j${bench.processors}`, ...words]),
  };
}
