/**
 * The build file: sources, jobs and targets, as they stand in build.toml and the files it includes.
 *
 * @module
 */
import { dirname, join, normalize } from "node:path";
import { ConfigError, type Place, UserError } from "./errors.ts";
import { parseSource, type Source } from "./sources/mod.ts";
import { parseStep, type Step } from "./steps/mod.ts";
import { suggestion, Table } from "./table.ts";
import { parseToml } from "./toml.ts";

/** One job: what it takes, what it does, in a sandbox of its own, and what it leaves. */
export interface Job {
  /** The name, as other jobs' `needs` have it. */
  name: string;
  /** What the job makes, one line for people. */
  description: string;
  /** Sources it reads, under /sources/NAME. */
  sources: string[];
  /** Jobs whose outputs it reads, under /needs/NAME. */
  needs: string[];
  /** Files and folders of the repository it reads, under /files. */
  files: string[];
  /** Host tools it runs, by Debian package. */
  tools: string[];
  /** Environment of its commands. */
  env: Record<string, string>;
  /** What it does, in order. */
  steps: Step[];
  /** Where it stands. */
  place: Place;
}

/** A whole build file. */
export interface BuildFile {
  /** The folder of build.toml: repository files are relative to it. */
  root: string;
  /** The product's name. */
  name: string;
  /** The product's version. */
  version: string;
  /** Sources by name. */
  sources: Map<string, Source>;
  /** Jobs by name. */
  jobs: Map<string, Job>;
  /** Targets by name: what goes to out/, as `file name: job output`. */
  targets: Map<string, Record<string, string>>;
}

/** What one file adds to a build, before all of it is put together. */
interface Fragment {
  sources: [string, Source, Table][];
  jobs: Job[];
  targets: [string, Record<string, string>][];
}

/**
 * Reads build.toml and the files it includes.
 *
 * @param path The path of build.toml
 * @returns The build file, every job's steps parsed
 * @throws {ConfigError} when something in it is wrong, with file and line
 * @throws {UserError} when it cannot be read
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const path = await Deno.makeTempFile({ suffix: ".toml" });
 * await Deno.writeTextFile(path, '[job.hello]\n[[job.hello.step]]\nrun = "echo hello >/out/hello"\n');
 * const file = await loadBuildFile(path);
 * assert.equal(file.jobs.get("hello")?.steps.length, 1);
 * ```
 */
export async function loadBuildFile(path: string): Promise<BuildFile> {
  const root = dirname(path);
  const toml = parseToml(await readText(path), path);
  const table = new Table(toml, "", toml.data);
  const build: BuildFile = {
    root,
    name: table.string("name", "kios"),
    version: table.string("version", "0.0.0"),
    sources: new Map(),
    jobs: new Map(),
    targets: new Map(),
  };
  const includes = table.strings("include", []);
  add(build, readFragment(table));
  table.finish();
  for (const include of includes) {
    const file = join(root, include);
    const included = parseToml(await readText(file), file);
    const fragment = new Table(included, "", included.data);
    add(build, readFragment(fragment));
    fragment.finish();
  }
  checkNames(build, path);
  return build;
}

/** Reads a build file or says what to do when it is not there. */
async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(`Cannot read the build file "${path}": there is none`, "Run this in the repository's folder", {
      cause,
    });
  }
}

/** The sources and jobs of one file. */
function readFragment(table: Table): Fragment {
  const sources = table.table("source");
  const jobs = table.table("job");
  const targets = table.table("target");
  return {
    targets: targets.keys.map((name) => [name, targets.record(name)]),
    sources: sources.keys.map((name) => {
      const source = sources.table(name);
      return [name, parseSource(name, source), source];
    }),
    jobs: jobs.keys.map((name) => readJob(name, jobs.table(name))),
  };
}

/** One job's table. */
function readJob(name: string, table: Table): Job {
  const steps = table.tables("step").map(parseStep);
  const withImplied = (kind: "needs" | "sources" | "tools") => [
    ...new Set([...table.strings(kind, []), ...steps.flatMap((step) => step.implies?.[kind] ?? [])]),
  ];
  const job: Job = {
    name,
    description: table.string("description", name),
    sources: withImplied("sources"),
    needs: withImplied("needs"),
    files: table.strings("files", []).map((path) => safePath(path, table)),
    tools: withImplied("tools"),
    env: table.record("env", {}),
    steps,
    place: table.place(),
  };
  table.finish();
  if (job.steps.length === 0) throw new ConfigError(job.place, `Job "${name}" has no step`, `Add [[job.${name}.step]]`);
  return job;
}

/** A repository path that stays inside the repository. */
function safePath(path: string, table: Table): string {
  const clean = normalize(path);
  if (clean.startsWith("/") || clean.split("/").includes("..")) {
    table.fail(`"${path}" is outside the repository`, "files", "Name a path below the build file's folder");
  }
  return clean.replace(/\/$/, "");
}

/** Adds a fragment, refusing a name that is there already. */
function add(build: BuildFile, fragment: Fragment): void {
  for (const [name, source, table] of fragment.sources) {
    if (build.sources.has(name)) table.fail(`There are two sources "${name}"`, undefined, "Give one another name");
    build.sources.set(name, source);
  }
  for (const [name, files] of fragment.targets) build.targets.set(name, { ...build.targets.get(name), ...files });
  for (const job of fragment.jobs) {
    if (build.jobs.has(job.name)) {
      throw new ConfigError(job.place, `There are two jobs "${job.name}"`, "Give one another name");
    }
    build.jobs.set(job.name, job);
  }
}

/** Refuses names of jobs and sources that nothing defines. */
function checkNames(build: BuildFile, path: string): void {
  const jobs = [...build.jobs.keys()];
  for (const job of build.jobs.values()) {
    for (const need of job.needs) {
      if (build.jobs.has(need)) continue;
      throw new ConfigError(job.place, `Job "${job.name}" needs "${need}", which no job is`, suggestion(need, jobs));
    }
    for (const source of job.sources) {
      if (build.sources.has(source)) continue;
      const hint = suggestion(source, [...build.sources.keys()]);
      throw new ConfigError(job.place, `Job "${job.name}" takes the source "${source}", which is not there`, hint);
    }
  }
  for (const [target, files] of build.targets) {
    for (const output of Object.values(files)) {
      const name = output.split("/")[0]!;
      if (build.jobs.has(name)) continue;
      throw new ConfigError(
        { file: path },
        `Target "${target}" wants "${output}", but no job is "${name}"`,
        suggestion(name, jobs),
      );
    }
  }
}
