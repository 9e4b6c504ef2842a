/**
 * The kinds of steps, by the key that names them in a build file.
 *
 * @module
 */
import type { Table } from "../table.ts";
import { suggestion } from "../table.ts";
import { parseCd } from "./cd.ts";
import { parseDeb } from "./deb.ts";
import { parseDeno } from "./deno.ts";
import { parseEfi } from "./efi.ts";
import { parseErofs } from "./erofs.ts";
import { parseGo } from "./go.ts";
import { parseImage } from "./image.ts";
import { parseMake } from "./make.ts";
import { parseOutputs } from "./outputs.ts";
import { parsePatch } from "./patch.ts";
import { parseRoot } from "./root.ts";
import { parseRun } from "./run.ts";
import type { Step, StepParser } from "./step.ts";

export type { Bench, Step, StepParser } from "./step.ts";

/** Every kind of step there is. */
export const STEP_KINDS: Readonly<Record<string, StepParser>> = {
  cd: parseCd,
  deb: parseDeb,
  deno: parseDeno,
  efi: parseEfi,
  erofs: parseErofs,
  go: parseGo,
  image: parseImage,
  make: parseMake,
  outputs: parseOutputs,
  patch: parsePatch,
  root: parseRoot,
  run: parseRun,
};

/**
 * Reads one step of a job.
 *
 * @param table The step's table: one key, the step's kind
 * @returns The step
 * @throws {ConfigError} when it is not one known kind of step, rightly written
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseToml } from "../toml.ts";
 * import { Table } from "../table.ts";
 * const toml = parseToml('run = "true"', "build.toml");
 * assert.equal(parseStep(new Table(toml, "", toml.data)).title, "true");
 * ```
 */
export function parseStep(table: Table): Step {
  const kinds = Object.keys(STEP_KINDS);
  const [kind, second] = table.keys;
  if (kind === undefined) table.fail("A step without a kind", undefined, `Give it one of ${kinds.join(", ")}`);
  if (second !== undefined) table.fail(`A step with two kinds, "${kind}" and "${second}"`, second, "Make it two steps");
  const parse = STEP_KINDS[kind];
  if (parse === undefined) table.fail(`Unknown kind of step "${kind}"`, kind, suggestion(kind, kinds));
  return parse(table);
}
