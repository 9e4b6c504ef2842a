/**
 * `kios image`, `kios plan` and `kios lock`.
 *
 * @module
 */
import type { Command } from "commander";
import { build, lock, plan, startDisplay } from "../../mod.ts";
import { wholeNumber } from "./run_command.ts";

/** Options of every command that reads the build file. */
interface CommonOptions {
  file: string;
}

/**
 * Adds the commands that build.
 *
 * @param program The command line
 *
 * @example Usage
 * ```ts
 * import { Command } from "commander";
 * addBuildCommands(new Command());
 * ```
 */
export function addBuildCommands(program: Command): void {
  program.command("image [target...]")
    .description("build targets, or single jobs, and place them in out/")
    .option("-f, --file <build.toml>", "the build file", "build.toml")
    .option("-o, --output <folder>", "where results go (default: out beside the build file)")
    .option("-j, --jobs <count>", "jobs at once (default: one a processor)", wholeNumber)
    .option("--locked", "refuse whatever build.lock does not name")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExamples:\n  kios image\n  kios image kernel --jobs 1")
    .action(image);
  program.command("plan [target...]")
    .description("list the jobs of targets, and which are built already")
    .option("-f, --file <build.toml>", "the build file", "build.toml")
    .option("--json", "print the plan as JSON")
    .action(showPlan);
  program.command("lock [source...]")
    .description("look up the exact version and hash of sources and write build.lock")
    .option("-f, --file <build.toml>", "the build file", "build.toml")
    .action(async (sources: string[], options: CommonOptions) => {
      for (const line of await lock(options.file, sources)) print(line);
    });
}

/** `kios image`: builds. */
async function image(
  targets: string[],
  options: CommonOptions & { output?: string; jobs?: number; locked?: true; json?: true },
): Promise<void> {
  const interrupted = abortOnInterrupt();
  using display = startDisplay();
  const result = await build(options.file, {
    targets,
    ...(options.output !== undefined && { output: options.output }),
    ...(options.jobs !== undefined && { parallel: options.jobs }),
    locked: options.locked ?? false,
    report: display.report,
    signal: interrupted,
  });
  if (options.json) print(JSON.stringify(result));
  else for (const file of result.files) print(file);
}

/** `kios plan`: lists. */
async function showPlan(targets: string[], options: CommonOptions & { json?: true }): Promise<void> {
  const { jobs } = await plan(options.file, { targets });
  const rows = jobs.map(({ job, entry }) => ({ name: job.name, description: job.description, built: !!entry }));
  if (options.json) print(JSON.stringify(rows));
  else for (const { name, description, built } of rows) print(`${built ? "built" : "run  "}  ${name}: ${description}`);
}

/** A signal that Ctrl-C or SIGTERM aborts. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, () => controller.abort());
  return controller.signal;
}

/** Writes a line of the result to standard output. */
function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
