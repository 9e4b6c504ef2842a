/**
 * One job: its key, and its run in a sandbox of its own.
 *
 * @module
 */
import { dirname, join, posix } from "node:path";
import type { BuildFile, Job } from "./config.ts";
import { StepError, UserError } from "./errors.ts";
import { hashData, listTree } from "./hash.ts";
import type { Report } from "./progress.ts";
import { runInSandbox, type Sandbox, SOURCE_DATE_EPOCH } from "./sandbox.ts";
import type { Bench, Step } from "./steps/mod.ts";
import type { Entry, Store } from "./store.ts";

/** What jobs' keys begin with: raise it when the sandbox or the layout of a job changes what comes out. */
const REVISION = 1;

/** How many lines of a failed step's output its error shows. */
const TAIL_LINES = 30;

/** What a job's inputs came to. */
export interface Inputs {
  /** Digests of sources, by name. */
  sources: ReadonlyMap<string, string>;
  /** Keys and finished entries of jobs, by name. */
  jobs: ReadonlyMap<string, { key: string; entry: Entry }>;
  /** Versions of host tools, by Debian package. */
  tools: Readonly<Record<string, string>>;
}

/** What a run of a job uses. */
export interface Workshop {
  /** The build file. */
  build: BuildFile;
  /** The store. */
  store: Store;
  /** Hears of progress. */
  report: Report;
  /** Processors a command may use. */
  processors: number;
  /** Ends the run early. */
  signal?: AbortSignal;
}

/**
 * The hash of all that decides a job's outputs.
 *
 * @param build The build file
 * @param job The job
 * @param inputs What its sources, needs and tools came to
 * @returns The key, 64 hexadecimal digits
 * @throws {UserError} when a file of the repository is missing
 *
 * @example Usage
 * ```ts ignore
 * const key = await jobKey(build, job, inputs);
 * ```
 */
export async function jobKey(build: BuildFile, job: Job, inputs: Inputs): Promise<string> {
  const files = [];
  for (const path of job.files) files.push(...await listFiles(build.root, path, job));
  return hashData({
    revision: REVISION,
    env: job.env,
    steps: job.steps.map((step) => step.key),
    files,
    sources: job.sources.map((name) => [name, inputs.sources.get(name)]),
    needs: job.needs.map((name) => [name, inputs.jobs.get(name)?.entry.digest]),
    tools: job.tools.map((name) => [name, inputs.tools[name]]),
  });
}

/** Lists the repository's files below a path; tests are not part of what is built, nor empty folders, which git drops. */
async function listFiles(root: string, path: string, job: Job): ReturnType<typeof listTree> {
  try {
    const entries = await listTree(root, path);
    return entries.filter(([path, mode]) => !path.endsWith("_test.ts") && mode !== "folder");
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(
      `${job.place.file}:${job.place.line}: Job "${job.name}" reads "${path}", which is not in the repository`,
      "Correct its files",
      { cause },
    );
  }
}

/**
 * Runs a job and files its outputs; a failure leaves nothing but its log.
 *
 * @param job The job
 * @param key Its key
 * @param options What its inputs came to, and what the run uses
 * @returns The finished entry
 * @throws {StepError} when a step fails
 *
 * @example Usage
 * ```ts ignore
 * const entry = await runJob(job, key, { inputs, workshop });
 * ```
 */
export async function runJob(job: Job, key: string, options: { inputs: Inputs; workshop: Workshop }): Promise<Entry> {
  const { store, report, signal } = options.workshop;
  const started = performance.now();
  await using space = await store.workspace(job.name);
  const sandbox = await makeSandbox(job, space.path, options);
  const log = join(store.path, "logs", `${job.name}-${key.slice(0, 8)}.log`);
  await Deno.writeTextFile(log, "");
  const bench = new JobBench(job, sandbox, { log, processors: options.workshop.processors, signal });
  for (const [at, step] of job.steps.entries()) {
    report({ type: "job", name: job.name, step: step.title, at });
    await runStep(job, step, { bench, log, signal });
  }
  const seconds = (performance.now() - started) / 1000;
  return await store.commit(key, join(space.path, "out"), { name: job.name, seconds });
}

/** Lays out a job's folders: what it reads, where it works, where its outputs go. */
async function makeSandbox(
  job: Job,
  space: string,
  { inputs, workshop }: { inputs: Inputs; workshop: Workshop },
): Promise<Sandbox> {
  for (const folder of ["build", "out", "files"]) await Deno.mkdir(join(space, folder));
  for (const path of job.files) await stageFiles(workshop.build.root, path, join(space, "files"), job);
  const readOnly: Record<string, string> = { "/files": join(space, "files") };
  for (const name of job.sources) readOnly[`/sources/${name}`] = workshop.store.source(inputs.sources.get(name)!);
  for (const name of job.needs) readOnly[`/needs/${name}`] = workshop.store.outputs(inputs.jobs.get(name)!.key);
  return { readOnly, writable: { "/build": join(space, "build"), "/out": join(space, "out") }, env: job.env };
}

/** Copies files of the repository with a fixed time and plain permissions. */
async function stageFiles(root: string, path: string, to: string, job: Job): Promise<void> {
  for (const [file, mode, content] of await listFiles(root, path, job)) {
    const target = join(to, file);
    await Deno.mkdir(dirname(target), { recursive: true });
    if (mode === "link") {
      await Deno.symlink(content, target);
      continue;
    }
    await Deno.copyFile(join(root, file), target);
    await Deno.chmod(target, Number.parseInt(mode, 8));
    await Deno.utime(target, SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);
  }
}

/** Runs one step; whatever goes wrong names the job, the step and the log. */
async function runStep(
  job: Job,
  step: Step,
  { bench, log, signal }: { bench: Bench; log: string; signal: AbortSignal | undefined },
): Promise<void> {
  try {
    await bench.log(`--- ${step.title}`);
    await step.run(bench);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof StepError || !(cause instanceof Error)) throw cause;
    throw new StepError(job.name, step.title, { reason: cause.message, logPath: log, tail: [], cause });
  }
}

/** The folders and the sandbox of a running job. */
class JobBench implements Bench {
  cwd = "/build";
  readonly processors: number;
  readonly #job: Job;
  readonly #sandbox: Sandbox;
  readonly #log: string;
  readonly #signal: AbortSignal | undefined;

  constructor(
    job: Job,
    sandbox: Sandbox,
    options: { log: string; processors: number; signal: AbortSignal | undefined },
  ) {
    this.#job = job;
    this.#sandbox = sandbox;
    this.#log = options.log;
    this.processors = options.processors;
    this.#signal = options.signal;
  }

  path(inside: string): string {
    const full = posix.resolve(this.cwd, inside);
    for (const [mount, host] of Object.entries({ ...this.#sandbox.readOnly, ...this.#sandbox.writable })) {
      if (full === mount || full.startsWith(`${mount}/`)) return host + full.slice(mount.length);
    }
    throw new UserError(
      `"${inside}" is not in this job's sandbox`,
      `Name a path below ${[...Object.keys(this.#sandbox.readOnly), "/build", "/out"].join(", ")}`,
    );
  }

  async run(command: readonly string[], env: Record<string, string> = {}): Promise<void> {
    const sandbox = { ...this.#sandbox, env: { ...this.#sandbox.env, ...env } };
    const options = { cwd: this.cwd, log: this.#log, ...(this.#signal && { signal: this.#signal }) };
    this.#signal?.throwIfAborted();
    const code = await runInSandbox(sandbox, command, options);
    this.#signal?.throwIfAborted();
    if (code === 0) return;
    const tail = (await Deno.readTextFile(this.#log)).trimEnd().split("\n").slice(-TAIL_LINES);
    throw new StepError(this.#job.name, command.join(" "), { reason: `exit code ${code}`, logPath: this.#log, tail });
  }

  async log(line: string): Promise<void> {
    await Deno.writeTextFile(this.#log, `${line}\n`, { append: true });
  }
}
