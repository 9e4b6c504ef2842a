/**
 * Reads TOML and remembers on which line each key stands, so that a complaint can name its place.
 *
 * @module
 */
import { parse, TomlError } from "smol-toml";
import { ConfigError } from "./errors.ts";

/** A parsed TOML file: its data, and the line of each key. */
export interface TomlFile {
  /** The path the file was read from, as messages show it. */
  file: string;
  /** The parsed table. */
  data: Record<string, unknown>;
  /** Line numbers, from 1, by key path: `job.kernel.step.0.run`. */
  lines: Map<string, number>;
}

/**
 * Parses TOML text.
 *
 * @param text The text
 * @param file The name messages show
 * @returns The data with its lines
 * @throws {ConfigError} when the text is not TOML
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const { data, lines } = parseToml('[job.a]\nneeds = ["b"]\n', "build.toml");
 * assert.equal(JSON.stringify(data), '{"job":{"a":{"needs":["b"]}}}');
 * assert.equal(lines.get("job.a.needs"), 2);
 * ```
 */
export function parseToml(text: string, file: string): TomlFile {
  try {
    return { file, data: parse(text), lines: keyLines(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0]!.replace("Invalid TOML document: ", "");
    throw new ConfigError({ file, line: error.line }, `Not TOML: ${reason}`, `See column ${error.column}`);
  }
}

/** A table header or a key, bare, quoted or dotted, at the start of a line. */
const KEY = String.raw`(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')`;
const HEADER = new RegExp(String.raw`^\s*(\[\[?)\s*(${KEY}(?:\s*\.\s*${KEY})*)\s*\]`);
const ASSIGNMENT = new RegExp(String.raw`^\s*(${KEY}(?:\s*\.\s*${KEY})*)\s*=`);

/** The parts of a dotted key. */
function keyParts(dotted: string): string[] {
  return (dotted.match(new RegExp(KEY, "g")) ?? []).map((part) => part.replace(/^["']|["']$/g, ""));
}

/** The line of each key of a text that is already known to be TOML. */
function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: string[] = [];
  let multiline: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (multiline !== undefined) {
      if (line.includes(multiline)) multiline = undefined;
      continue;
    }
    const header = HEADER.exec(line);
    const assignment = header ? null : ASSIGNMENT.exec(line);
    if (header) {
      table = withArrayIndices(keyParts(header[2]!), counts);
      if (header[1] === "[[") table.push(String(nextIndex(table.join("."), counts)));
      lines.set(table.join("."), index + 1);
    } else if (assignment) {
      lines.set([...table, ...keyParts(assignment[1]!)].join("."), index + 1);
    }
    multiline = ["'''", '"""'].find((quotes) => line.split(quotes).length % 2 === 0);
  }
  return lines;
}

/** Counts one more element of the array of tables at `path`. */
function nextIndex(path: string, counts: Map<string, number>): number {
  const index = counts.get(path) ?? 0;
  counts.set(path, index + 1);
  return index;
}

/** `path` with the index of the array element it is in after each array of tables. */
function withArrayIndices(path: string[], counts: Map<string, number>): string[] {
  const full: string[] = [];
  for (const [position, part] of path.entries()) {
    full.push(part);
    const count = counts.get(full.join("."));
    if (count !== undefined && position < path.length - 1) full.push(String(count - 1));
  }
  return full;
}
