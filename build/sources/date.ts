import { join } from "node:path";
import type { Table } from "../table.ts";
import type { Source } from "./source.ts";

/**
 * `date`: the day on which build.lock was written, as in 2026-01-31, in a file `date`: a day of which the system made
 * of these sources knows that it is over.
 *
 * @param _name The source's name
 * @param table The source's table
 * @returns The source
 * @throws {ConfigError} when another day than the locked one is asked for
 *
 * @example Usage
 * ```toml
 * [source.clock]
 * date = "locked"
 * ```
 */
export function parseDate(_name: string, table: Table): Source {
  const date = table.string("date");
  if (date !== "locked") table.fail(`There is no date "${date}"`, "date", 'Write date = "locked"');
  return {
    title: "the day of the lock",
    request: { date },
    newer: false,
    needs: [],
    pin: () => Promise.resolve(undefined),
    resolve: () => Promise.resolve({ date: new Date().toISOString().slice(0, 10) }),
    fetch: (pin, folder) => Deno.writeTextFile(join(folder, "date"), `${pin.date}\n`),
  };
}
