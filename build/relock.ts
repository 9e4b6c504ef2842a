/**
 * Looks up the exact versions and hashes of sources, for build.lock.
 *
 * @module
 */
import { loadBuildFile } from "./config.ts";
import { UserError } from "./errors.ts";
import { makeFetcher } from "./fetch.ts";
import { type Lock, readLock, writeLock } from "./lock.ts";
import { defaultStorePath, Store } from "./store.ts";
import { suggestion } from "./table.ts";

/**
 * Looks up sources on the network and writes what they came to into build.lock.
 *
 * @param buildFile The path of build.toml
 * @param names The sources; all where none is named
 * @param options The store's folder
 * @returns A line a source
 * @throws {UserError} when a source cannot be looked up
 *
 * @example Usage
 * ```ts ignore
 * await lock("build.toml", ["linux"]);
 * ```
 */
export async function lock(
  buildFile: string,
  names: readonly string[] = [],
  options: { store?: string } = {},
): Promise<string[]> {
  const build = await loadBuildFile(buildFile);
  const store = new Store(options.store ?? defaultStorePath());
  const old = await readLock(build.root);
  const fetcher = makeFetcher(build, store, new Map());
  const fresh: Lock = {};
  const lines: string[] = [];
  for (const name of names) {
    if (!build.sources.has(name)) {
      throw new UserError(`There is no source "${name}"`, suggestion(name, [...build.sources.keys()]));
    }
  }
  for (const [name, source] of build.sources) {
    if (await source.pin(build.root) !== undefined) continue;
    const kept = names.length > 0 && !names.includes(name) ? old[name] : undefined;
    fresh[name] = kept ?? { request: source.request, pin: await source.resolve(fetcher) };
    if (!kept) lines.push(`${name}: ${source.title}`);
  }
  await writeLock(build.root, fresh);
  return lines;
}
