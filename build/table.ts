/**
 * Takes values out of a TOML table one key at a time, each with its type, and complains about what is left over.
 *
 * @module
 */
import { ConfigError, type Place } from "./errors.ts";
import type { TomlFile } from "./toml.ts";

/** A table being read: every key is taken once, and {@linkcode Table.finish} refuses the rest. */
export class Table {
  readonly #toml: TomlFile;
  readonly #path: string;
  readonly #values: Record<string, unknown>;
  readonly #taken = new Set<string>();

  /**
   * @param toml The file the table is in
   * @param path The table's key path, "" for the whole file
   * @param value What stands there
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { parseToml } from "./toml.ts";
   * const toml = parseToml('name = "a"\nsize = 3\n', "x.toml");
   * const table = new Table(toml, "", toml.data);
   * assert.equal(table.string("name"), "a");
   * assert.throws(() => table.finish(), /x.toml:2: Unknown key "size"/);
   * ```
   */
  constructor(toml: TomlFile, path: string, value: unknown) {
    this.#toml = toml;
    this.#path = path;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ConfigError(placeOf(toml, path), `"${path}" is ${nameOfType(value)}, not a table`);
    }
    this.#values = value as Record<string, unknown>;
  }

  /**
   * Gives where the table stands.
   *
   * @returns Where the table stands
   */
  place(): Place {
    return placeOf(this.#toml, this.#path);
  }

  /** The keys of the table, in the file's order. */
  get keys(): string[] {
    return Object.keys(this.#values);
  }

  /**
   * Says whether the key is there; it is not taken.
   *
   * @param key The key
   * @returns Whether the key is there; it is not taken
   */
  has(key: string): boolean {
    return key in this.#values;
  }

  /**
   * Gives the value, whatever it is.
   *
   * @param key The key
   * @returns The value, whatever it is
   */
  any(key: string): unknown {
    this.#taken.add(key);
    return this.#values[key];
  }

  /**
   * Gives the text.
   *
   * @param key The key
   * @param otherwise What to take where the key is missing
   * @returns The text
   */
  string(key: string, otherwise?: string): string {
    return this.#typed(key, "a string", (value) => typeof value === "string", otherwise);
  }

  /**
   * Gives the number.
   *
   * @param key The key
   * @param otherwise What to take where the key is missing
   * @returns The number
   */
  number(key: string, otherwise?: number): number {
    return this.#typed(key, "a number", (value) => typeof value === "number", otherwise);
  }

  /**
   * Gives the truth value.
   *
   * @param key The key
   * @param otherwise What to take where the key is missing
   * @returns The truth value
   */
  boolean(key: string, otherwise?: boolean): boolean {
    return this.#typed(key, "true or false", (value) => typeof value === "boolean", otherwise);
  }

  /**
   * Gives the texts.
   *
   * @param key The key
   * @param otherwise What to take where the key is missing
   * @returns The texts
   */
  strings(key: string, otherwise?: string[]): string[] {
    const test = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.#typed(key, "a list of strings", test, otherwise);
  }

  /**
   * Gives the texts by name.
   *
   * @param key The key
   * @param otherwise What to take where the key is missing
   * @returns The texts by name
   */
  record(key: string, otherwise?: Record<string, string>): Record<string, string> {
    const test = (value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === "string");
    return this.#typed(key, "a table of strings", test, otherwise);
  }

  /**
   * Gives the table under the key, empty where the key is missing.
   *
   * @param key The key
   * @returns The table under the key, empty where the key is missing
   */
  table(key: string): Table {
    this.#taken.add(key);
    return new Table(this.#toml, this.#child(key), this.#values[key] ?? {});
  }

  /**
   * Gives the tables of the list under the key, none where the key is missing.
   *
   * @param key The key
   * @returns The tables of the list under the key, none where the key is missing
   */
  tables(key: string): Table[] {
    this.#taken.add(key);
    const value = this.#values[key] ?? [];
    if (!Array.isArray(value)) this.fail(`"${key}" is ${nameOfType(value)}, not a list of tables`, key);
    return (value as unknown[]).map((item, index) => new Table(this.#toml, `${this.#child(key)}.${index}`, item));
  }

  /**
   * Refuses the table when it has a key nobody took.
   *
   * @throws {ConfigError} naming the key, its line and what would fit
   */
  finish(): void {
    const known = [...this.#taken];
    for (const key of this.keys) {
      if (this.#taken.has(key)) continue;
      this.fail(`Unknown key "${key}"`, key, suggestion(key, known));
    }
  }

  /**
   * Refuses the table at a place.
   *
   * @param message What is wrong
   * @param key The key
   * @param hint What to do
   * @throws {ConfigError} always, with the place of the key
   */
  fail(message: string, key?: string, hint?: string): never {
    throw new ConfigError(placeOf(this.#toml, key === undefined ? this.#path : this.#child(key)), message, hint);
  }

  #child(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #typed<T>(key: string, wanted: string, test: (value: unknown) => boolean, otherwise: T | undefined): T {
    this.#taken.add(key);
    const value = this.#values[key] ?? otherwise;
    if (value === undefined) this.fail(`"${key}" is missing`, undefined, `Add ${key} = ..., which is ${wanted}`);
    if (!test(value)) this.fail(`"${key}" is ${nameOfType(value)}, not ${wanted}`, key, `Write it as ${wanted}`);
    return value as T;
  }
}

/** The place of a key path: its own line, or that of the nearest table around it. */
function placeOf(toml: TomlFile, path: string): Place {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const line = toml.lines.get(at);
    if (line !== undefined) return { file: toml.file, line };
  }
  return { file: toml.file, line: undefined };
}

/** What a value is, in the user's words. */
function nameOfType(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a table";
  return `a ${typeof value}`;
}

/**
 * Says which known word a wrong one may have been meant as.
 *
 * @param word The wrong word
 * @param known The words that would fit
 * @returns A hint for the user
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(suggestion("neds", ["needs", "env"]), 'Did you mean "needs"?');
 * assert.equal(suggestion("zzz", ["needs", "env"]), "Known here: env, needs");
 * ```
 */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (nearest && nearest.distance <= 2) return `Did you mean "${nearest.candidate}"?`;
  return `Known here: ${[...known].sort().join(", ")}`;
}

/** Levenshtein's distance between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
