import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `patch`: applies a patch file with patch(1), one folder level stripped.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.kernel.step]]
 * patch = "/files/kernel/fix.patch"
 * ```
 */
export function parsePatch(table: Table): Step {
  const file = table.string("patch");
  return {
    title: `patch ${file}`,
    key: { kind: "patch", revision: 1, file },
    implies: { tools: ["patch"] },
    run: (bench) => bench.run(["patch", "--strip=1", "--forward", "--no-backup-if-mismatch", `--input=${file}`]),
  };
}
