/**
 * The build: plans the jobs of the wanted targets, fetches, runs what is not in the store, and fills the output folder.
 *
 * @module
 */
import { join } from "node:path";
import { type BuildFile, type Job, loadBuildFile } from "./config.ts";
import { UserError } from "./errors.ts";
import { fetchSources, sourceDigests } from "./fetch.ts";
import { orderJobs } from "./graph.ts";
import { hostToolVersions } from "./host_tools.ts";
import { type Inputs, jobKey, runJob, type Workshop } from "./job.ts";
import { type Lock, readLock } from "./lock.ts";
import { placeOutputs } from "./place.ts";
import type { Report } from "./progress.ts";
import { defaultStorePath, type Entry, Store } from "./store.ts";
import { suggestion } from "./table.ts";

/** How to build. */
export interface BuildOptions {
  /** The targets; `default` where none is named. */
  targets?: readonly string[];
  /** The folder results go to; `out` beside the build file where none is named. */
  output?: string;
  /** The store's folder; the user's own where none is named. */
  store?: string;
  /** Refuse whatever build.lock does not name. */
  locked?: boolean;
  /** How many jobs run at once; one a processor where it is not said. */
  parallel?: number;
  /** Hears of progress. */
  report?: Report;
  /** Ends the build early, leaving nothing half-made. */
  signal?: AbortSignal;
}

/** A job of a plan. */
export interface PlannedJob {
  /** The job. */
  job: Job;
  /** Its key, where all it needs is there already. */
  key?: string;
  /** Its finished entry, where it is in the store. */
  entry?: Entry;
}

/** What a build would do. */
export interface Plan {
  /** The build file. */
  build: BuildFile;
  /** The wanted targets. */
  targets: string[];
  /** The jobs, each after its needs. */
  jobs: PlannedJob[];
}

/** What came of a build. */
export interface BuildResult {
  /** The files that were placed in the output folder. */
  files: string[];
  /** How many jobs ran; the others were in the store. */
  ran: number;
}

/** A plan with all that carrying it out takes. */
interface Preparation extends Plan {
  store: Store;
  lock: Lock;
  tools: Record<string, string>;
}

/**
 * Finds out which jobs the targets of a build file take, and which of them are in the store already.
 *
 * @param buildFile The path of build.toml
 * @param options How to build
 * @returns The plan; nothing is fetched or run
 * @throws {ConfigError} when the build file is wrong
 * @throws {UserError} when a host tool, a source's pin or a file is missing
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = await Deno.makeTempDir();
 * const text = '[target]\ndefault = { greeting = "hello/greeting" }\n[job.hello]\n[[job.hello.step]]\nrun = "true"\n';
 * await Deno.writeTextFile(`${folder}/build.toml`, text);
 * const { jobs } = await plan(`${folder}/build.toml`, { store: `${folder}/store` });
 * assert.deepEqual(jobs.map(({ job }) => job.name), ["hello"]);
 * ```
 */
export async function plan(buildFile: string, options: BuildOptions = {}): Promise<Plan> {
  const { build, targets, jobs } = await prepare(buildFile, options);
  return { build, targets, jobs };
}

/**
 * Builds targets and places their files in the output folder.
 *
 * @param buildFile The path of build.toml
 * @param options How to build
 * @returns What was placed, and how many jobs ran
 * @throws {ConfigError} when the build file is wrong
 * @throws {StepError} when a step of a job fails
 * @throws {UserError} when something else stands in the way
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = await Deno.makeTempDir();
 * const text = '[target]\ndefault = { greeting = "hello/greeting" }\n[job.hello]\n' +
 *   '[[job.hello.step]]\nrun = "echo Hello >/out/greeting"\n';
 * await Deno.writeTextFile(`${folder}/build.toml`, text);
 * await build(`${folder}/build.toml`, { store: `${folder}/store` });
 * assert.equal(await Deno.readTextFile(`${folder}/out/greeting`), "Hello\n");
 * ```
 */
export async function build(buildFile: string, options: BuildOptions = {}): Promise<BuildResult> {
  const report = options.report ?? (() => {});
  const prepared = await prepare(buildFile, options);
  report({ type: "start", jobs: prepared.jobs.length });
  const sources = await fetchPending(prepared, { locked: options.locked ?? false, report });
  const workshop: Workshop = {
    build: prepared.build,
    store: prepared.store,
    report,
    processors: navigator.hardwareConcurrency,
    ...(options.signal && { signal: options.signal }),
  };
  const parallel = options.parallel ?? navigator.hardwareConcurrency;
  const { jobs, ran } = await runAll(prepared, { sources, workshop, parallel });
  const output = options.output ?? join(prepared.build.root, "out");
  return { files: await placeOutputs(prepared, jobs, output), ran };
}

/** Reads all that planning takes and looks up what is in the store. */
async function prepare(buildFile: string, options: BuildOptions): Promise<Preparation> {
  const build = await loadBuildFile(buildFile);
  const targets = [...(options.targets?.length ? options.targets : ["default"])];
  const order = orderJobs(build.jobs, wantedJobs(build, targets));
  const tools = await hostToolVersions(["bubblewrap", ...order.flatMap((job) => job.tools)]);
  const store = new Store(options.store ?? defaultStorePath());
  const lock = await readLock(build.root);
  const sources = await sourceDigests(build, [...new Set(order.flatMap((job) => job.sources))], { lock, store });
  const jobs = await lookUp(build, order, { sources, store, tools });
  return { build, targets, jobs, store, lock, tools };
}

/** The jobs whose outputs the targets consist of. */
function wantedJobs(build: BuildFile, targets: string[]): string[] {
  return targets.flatMap((target) => {
    const files = build.targets.get(target);
    if (files) return Object.values(files).map((output) => output.split("/")[0]!);
    if (build.jobs.has(target)) return [target];
    const known = [...build.targets.keys(), ...build.jobs.keys()];
    throw new UserError(`There is no target or job "${target}"`, suggestion(target, known));
  });
}

/** Computes the keys that can be known and finds their entries. */
async function lookUp(
  build: BuildFile,
  order: Job[],
  { sources, store, tools }: { sources: Map<string, string>; store: Store; tools: Record<string, string> },
): Promise<PlannedJob[]> {
  const done = new Map<string, { key: string; entry: Entry }>();
  const planned: PlannedJob[] = [];
  for (const job of order) {
    if (!job.needs.every((need) => done.has(need))) {
      planned.push({ job });
      continue;
    }
    const key = await jobKey(build, job, { sources, jobs: done, tools });
    const entry = await store.entry(key);
    if (entry) done.set(job.name, { key, entry });
    planned.push({ job, key, ...(entry && { entry }) });
  }
  return planned;
}

/** Fetches the sources of all jobs that are not in the store, before any of them runs. */
async function fetchPending(
  { build, jobs, store, lock }: Preparation,
  options: { locked: boolean; report: Report },
): Promise<Map<string, string>> {
  const pending = new Set(jobs.filter(({ entry }) => !entry).flatMap(({ job }) => job.sources));
  const all = [...new Set(jobs.flatMap(({ job }) => job.sources))];
  await fetchSources(build, [...pending], { ...options, lock, store });
  return await sourceDigests(build, all, { lock, store });
}

/** Runs every job whose entry is missing, several at once, each when all it needs is there. */
async function runAll(
  { jobs: planned, tools, build, store }: Preparation,
  options: { sources: Map<string, string>; workshop: Workshop; parallel: number },
): Promise<{ jobs: Map<string, { key: string; entry: Entry }>; ran: number }> {
  const done = new Map<string, { key: string; entry: Entry }>();
  const inputs: Inputs = { sources: options.sources, jobs: done, tools };
  const waiting = new Set(planned);
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let ran = 0;
  const runOne = async ({ job }: PlannedJob) => {
    try {
      const key = await jobKey(build, job, inputs);
      const { entry, cached } = await store.locked(
        key,
        () => entryOf(job, key, { inputs, workshop: options.workshop }),
      );
      done.set(job.name, { key, entry });
      if (!cached) ran++;
      options.workshop.report({ type: "done", name: job.name, seconds: entry.seconds, cached });
    } catch (error) {
      options.workshop.report({ type: "failed", name: job.name });
      failure ??= { error };
    }
  };
  while (waiting.size > 0 && !failure) {
    for (const item of waiting) {
      if (running.size >= options.parallel || !item.job.needs.every((need) => done.has(need))) continue;
      waiting.delete(item);
      const run: Promise<void> = runOne(item).finally(() => running.delete(run));
      running.add(run);
    }
    await Promise.race(running);
  }
  await Promise.all(running);
  if (failure) throw failure.error;
  return { jobs: done, ran };
}

/** A job's entry: from the store, where another builder may have put it meanwhile, or by a run. */
async function entryOf(
  job: Job,
  key: string,
  options: { inputs: Inputs; workshop: Workshop },
): Promise<{ entry: Entry; cached: boolean }> {
  options.workshop.signal?.throwIfAborted();
  const entry = await options.workshop.store.entry(key);
  return entry ? { entry, cached: true } : { entry: await runJob(job, key, options), cached: false };
}
