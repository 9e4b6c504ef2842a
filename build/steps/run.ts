import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `run`: a command, as a list, or as text for sh(1) with `-eu`.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.hello.step]]
 * run = "echo hello >/out/hello"
 * ```
 */
export function parseRun(table: Table): Step {
  const isText = typeof table.any("run") === "string";
  const command = isText ? ["sh", "-euc", table.string("run")] : table.strings("run");
  const shown = isText ? table.string("run").trim().split("\n")[0]! : command.join(" ");
  return {
    title: shown.length > 60 ? `${shown.slice(0, 57)}...` : shown,
    key: { kind: "run", revision: 1, command },
    run: (bench) => bench.run(command),
  };
}
