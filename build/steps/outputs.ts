import { basename, join } from "node:path";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `outputs`: copies files or folders to the job's outputs, by name or as `name in /out = path`.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.kernel.step]]
 * outputs = { bzImage = "arch/x86/boot/bzImage", "kernel.config" = ".config" }
 * ```
 */
export function parseOutputs(table: Table): Step {
  const files = Array.isArray(table.any("outputs"))
    ? Object.fromEntries(table.strings("outputs").map((path) => [basename(path), path]))
    : table.record("outputs");
  return {
    title: `outputs ${Object.keys(files).join(" ")}`,
    key: { kind: "outputs", revision: 1, files },
    run: async (bench) => {
      for (const [name, path] of Object.entries(files)) {
        await bench.run(["cp", "-R", "-P", "--preserve=mode,links", path, join("/out", name)]);
      }
    },
  };
}
