/**
 * The store: what was built and fetched, by the hash of what it came from, outside the checkout.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { hashData, listTree } from "./hash.ts";

/** What the store keeps of a built job beside its outputs. */
export interface Entry {
  /** The job's name at the time, for people. */
  name: string;
  /** The hash of the outputs: what a job that needs this one has in its key. */
  digest: string;
  /** How long the job took, in seconds. */
  seconds: number;
}

/** A folder tree of finished entries: an entry is there whole or not at all. */
export class Store {
  /** The store's folder. */
  readonly path: string;

  /**
   * @param path The store's folder; it is made where it is missing
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * const store = new Store(await Deno.makeTempDir());
   * assert.equal(await store.entry("0".repeat(64)), undefined);
   * ```
   */
  constructor(path: string) {
    this.path = path;
    for (const folder of ["jobs", "sources", "tmp", "locks", "logs"]) makeFolder(join(path, folder));
  }

  /**
   * Gives the folder of a job's outputs.
   *
   * @param key The job's key
   * @returns The folder of a job's outputs
   */
  outputs(key: string): string {
    return join(this.path, "jobs", key, "out");
  }

  /**
   * Gives the folder of a fetched source.
   *
   * @param digest The source's digest
   * @returns The folder of a fetched source
   */
  source(digest: string): string {
    return join(this.path, "sources", digest);
  }

  /**
   * Gives what is known of a finished job.
   *
   * @param key The job's key
   * @returns What is known of a finished job, or nothing where it was never built
   */
  async entry(key: string): Promise<Entry | undefined> {
    const text = await readIfThere(join(this.path, "jobs", key, "entry.json"));
    return text === undefined ? undefined : JSON.parse(text) as Entry;
  }

  /**
   * Says whether a source is there.
   *
   * @param digest The source's digest
   * @returns Whether a source is there
   */
  async hasSource(digest: string): Promise<boolean> {
    return await exists(this.source(digest));
  }

  /**
   * Makes an empty folder to work in, gone when it is disposed of.
   *
   * @param name What it is for
   * @returns The folder
   */
  async workspace(name: string): Promise<Workspace> {
    const path = await Deno.makeTempDir({ dir: join(this.path, "tmp"), prefix: `${name.replaceAll("/", "-")}-` });
    return { path, [Symbol.asyncDispose]: () => removeTree(path) };
  }

  /**
   * Files a job's outputs under its key, in one rename.
   *
   * @param key The job's key
   * @param outputs The folder with the outputs, inside a workspace of this store; it is moved
   * @param about The job's name and how long it took
   * @returns The finished entry
   */
  async commit(key: string, outputs: string, about: { name: string; seconds: number }): Promise<Entry> {
    await using stage = await this.workspace("commit");
    const entry: Entry = { ...about, digest: hashData(await listTree(outputs, ".")) };
    await Deno.rename(outputs, join(stage.path, "out"));
    await Deno.writeTextFile(join(stage.path, "entry.json"), JSON.stringify(entry));
    await Deno.chmod(stage.path, 0o755);
    await moveWhole(stage.path, join(this.path, "jobs", key));
    return entry;
  }

  /**
   * Files a fetched source under its digest, in one rename.
   *
   * @param digest The source's digest
   * @param folder The folder, inside a workspace of this store; it is moved
   */
  async commitSource(digest: string, folder: string): Promise<void> {
    await Deno.chmod(folder, 0o755);
    await moveWhole(folder, this.source(digest));
  }

  /**
   * Does something while no other builder on this store does the same.
   *
   * @param name What is locked: a key or a name
   * @param action What to do
   * @returns What the action returned
   */
  async locked<T>(name: string, action: () => Promise<T>): Promise<T> {
    using file = await Deno.open(join(this.path, "locks", name), { create: true, write: true });
    await file.lock(true);
    return await action();
  }
}

/** A folder that is removed at the end of its scope. */
export interface Workspace extends AsyncDisposable {
  /** The folder. */
  path: string;
}

/**
 * Where the store is: KIOS_STORE, or kios in the user's cache folder.
 *
 * @returns The store's folder
 * @throws {UserError} when neither KIOS_STORE, XDG_CACHE_HOME nor HOME is set
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(defaultStorePath().startsWith("/"));
 * ```
 */
export function defaultStorePath(): string {
  const store = Deno.env.get("KIOS_STORE");
  if (store) return store;
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? (Deno.env.get("HOME") && `${Deno.env.get("HOME")}/.cache`);
  if (!cache) throw new UserError("Cannot place the store: neither HOME nor XDG_CACHE_HOME is set", "Set KIOS_STORE");
  return join(cache, "kios");
}

/** Makes a folder, saying what to do when that is refused. */
function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new UserError(
      `Cannot make the store's folder "${path}": ${(cause as Error).message}`,
      "Set KIOS_STORE to a folder you may write to",
      { cause },
    );
  }
}

/** Moves a folder to its final place, where another builder may have been first. */
async function moveWhole(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    if (!await exists(to)) throw error;
  }
}

/** Removes a tree, also one with folders that may not be written to (Go's module cache makes such). */
export async function removeTree(path: string): Promise<void> {
  const remove = () => Deno.remove(path, { recursive: true });
  try {
    await remove();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    await new Deno.Command("chmod", { args: ["-R", "u+w", path] }).output();
    await remove().catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Whether a path is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A file's text, or nothing where there is no file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
