/**
 * Brings sources into the store, each checked against its pin.
 *
 * @module
 */
import { join } from "node:path";
import type { BuildFile } from "./config.ts";
import { UserError } from "./errors.ts";
import { hashData } from "./hash.ts";
import { type Lock, pinOf } from "./lock.ts";
import type { Report } from "./progress.ts";
import { type Fetcher, GoneError, type Pin } from "./sources/mod.ts";
import { readIfThere, type Store } from "./store.ts";

/** How fetching behaves. */
export interface FetchOptions {
  /** Refuse whatever build.lock does not name. */
  locked: boolean;
  /** Hears of progress. */
  report: Report;
}

/**
 * Fetches what is missing of the named sources and all they need.
 *
 * @param build The build file
 * @param names The sources' names
 * @param options The lock, the store and how to behave
 * @returns The digest of each source, by name
 * @throws {UserError} when a source cannot be had, saying which are there
 *
 * @example Usage
 * ```ts ignore
 * const digests = await fetchSources(build, ["linux"], { lock, store, locked: true, report: () => {} });
 * ```
 */
export async function fetchSources(
  build: BuildFile,
  names: readonly string[],
  options: FetchOptions & { lock: Lock; store: Store },
): Promise<Map<string, string>> {
  const fetched = new Map<string, Promise<string>>();
  const done = new Map<string, string>();
  const fetchOne = async (name: string): Promise<string> => {
    const digest = await digestOf(build, name, options);
    if (!await options.store.hasSource(digest)) {
      const needs = build.sources.get(name)!.needs;
      for (const need of needs) {
        if (!build.sources.has(need)) throw new UserError(`Source "${name}" needs a source "${need}"`, "Add it");
      }
      await Promise.all(needs.map(start));
      const final = await fetchPinned(build, name, { ...options, digest, done });
      done.set(name, final);
      return final;
    }
    done.set(name, digest);
    return digest;
  };
  const start = (name: string): Promise<string> => {
    const running = fetched.get(name) ?? fetchOne(name);
    fetched.set(name, running);
    return running;
  };
  const results = await Promise.allSettled(names.map(start));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw withWhatIsThere(failed.reason, names, done);
  return done;
}

/**
 * The digests of sources, as far as they are pinned; nothing is fetched.
 *
 * @param build The build file
 * @param names The sources' names
 * @param options The lock and the store
 * @returns The digests by name
 * @throws {UserError} when a source is not pinned
 *
 * @example Usage
 * ```ts ignore
 * const digests = await sourceDigests(build, ["linux"], { lock, store });
 * ```
 */
export async function sourceDigests(
  build: BuildFile,
  names: readonly string[],
  options: { lock: Lock; store: Store },
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const name of names) digests.set(name, await digestOf(build, name, options));
  return digests;
}

/** What build.lock, or a newer version taken in its place before, says of a source. */
async function digestOf(
  build: BuildFile,
  name: string,
  { lock, store }: { lock: Lock; store: Store },
): Promise<string> {
  const digest = digestOfPin(build, name, await pinOf(build, lock, name));
  return await readIfThere(newerPath(store, digest)) ?? digest;
}

/** The digest of a source with a certain pin. */
function digestOfPin(build: BuildFile, name: string, pin: Pin): string {
  return hashData({ request: build.sources.get(name)!.request, pin });
}

/** Where the store remembers that a newer version stood in for a digest. */
function newerPath(store: Store, digest: string): string {
  return join(store.path, "sources", `${digest}.newer`);
}

/** Fetches one source under a lock, so that two builders do not fetch it twice. */
async function fetchPinned(
  build: BuildFile,
  name: string,
  options: FetchOptions & { lock: Lock; store: Store; digest: string; done: Map<string, string> },
): Promise<string> {
  const { store, digest, report } = options;
  const source = build.sources.get(name)!;
  const fetcher = makeFetcher(build, store, options.done);
  return await store.locked(digest, async () => {
    if (await store.hasSource(digest)) return digest;
    report({ type: "fetch", name, title: source.title });
    const started = performance.now();
    const pin = await pinOf(build, options.lock, name);
    let final = digest;
    try {
      await fetchInto(store, digest, (folder) => source.fetch(pin, folder, fetcher));
    } catch (error) {
      if (!(error instanceof GoneError)) throw failure(name, source.title, error);
      final = await fetchNewer(build, name, { ...options, fetcher, gone: error });
    }
    report({ type: "fetched", name, seconds: (performance.now() - started) / 1000 });
    return final;
  });
}

/** Takes the archive's current version where the user allowed that. */
async function fetchNewer(
  build: BuildFile,
  name: string,
  { store, locked, report, digest, fetcher, gone }: FetchOptions & {
    store: Store;
    digest: string;
    fetcher: Fetcher;
    gone: GoneError;
  },
): Promise<string> {
  const source = build.sources.get(name)!;
  if (locked || !source.newer) {
    const allow = locked ? "" : ", or allow it with newer = true in the build file";
    throw new UserError(`Cannot fetch source "${name}": ${gone.message}`, `Run: kios lock${allow}`, { cause: gone });
  }
  const pin = await source.resolve(fetcher);
  const newer = digestOfPin(build, name, pin);
  report({ type: "warning", text: `${gone.message}: the current version is taken; record it with: kios lock` });
  if (!await store.hasSource(newer)) await fetchInto(store, newer, (folder) => source.fetch(pin, folder, fetcher));
  await Deno.writeTextFile(newerPath(store, digest), newer);
  return newer;
}

/** Fetches into a workspace and files the result; a failure leaves nothing. */
async function fetchInto(store: Store, digest: string, fetch: (folder: string) => Promise<void>): Promise<void> {
  await using space = await store.workspace("source");
  const folder = join(space.path, "content");
  await Deno.mkdir(folder);
  await fetch(folder);
  await store.commitSource(digest, folder);
}

/** What sources may use while they are fetched or looked up. */
export function makeFetcher(build: BuildFile, store: Store, done: ReadonlyMap<string, string>): Fetcher {
  return {
    root: build.root,
    cache: store.path,
    source: (name) => {
      const digest = done.get(name);
      if (digest === undefined) throw new UserError(`The source "${name}" is not fetched`, `Add [source.${name}]`);
      return store.source(digest);
    },
    run: runOnHost,
  };
}

/** Whom Deno trusts where the user does not say: the system's authorities too, for some networks have one of their own. */
const TLS_CA_STORE = "system,mozilla";

/** Runs a command of the host with the user's environment, network included. */
async function runOnHost(
  [program, ...args]: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const line = [program, ...args].join(" ");
  try {
    const env = { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? TLS_CA_STORE, ...options.env };
    const output = await new Deno.Command(program!, { args, ...options, env, stdin: "null" }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (output.success) return text(output.stdout);
    const said = `${text(output.stdout)}${text(output.stderr)}`.split("Stack backtrace:")[0]!;
    const tail = said.trim().split("\n").slice(-8).join("\n  ");
    throw new UserError(`"${line}" failed with exit code ${output.code}:\n  ${tail}`);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(`Cannot run "${program}": it is not installed`, "See README.md for the Debian packages", {
      cause,
    });
  }
}

/** The error of a source that could not be fetched. */
function failure(name: string, title: string, cause: unknown): Error {
  if (!(cause instanceof Error)) return new UserError(`Cannot fetch source "${name}" (${title})`);
  const hint = cause instanceof UserError ? cause.hint : undefined;
  const message = `Cannot fetch source "${name}" (${title}): ${cause.message}`;
  return new UserError(message, hint ?? "Check the network; what was fetched stays in the store", { cause });
}

/** Adds to an error which sources are there already. */
function withWhatIsThere(error: unknown, names: readonly string[], done: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof UserError)) return error;
  const there = names.filter((name) => done.has(name));
  const cached = there.length > 0 ? there.join(", ") : "none";
  return new UserError(`${error.message}\nFetched of ${names.length} sources: ${cached}`, error.hint, { cause: error });
}
