/**
 * `deno task bench`: boots ours beside the floor, times builds, prints a table and writes out/bench.json.
 *
 * The floor is the same kernel, stage 0, root and programs with a C program as PID 1 and a small registry in Go.
 *
 * @module
 */
import { build, startDisplay } from "../mod.ts";
import { measureBoots, measureSizes } from "./boot.ts";
import { measureColdBuild, measureWarmBuilds } from "./builds.ts";
import { measureRestarts, measureShutdowns } from "./lifecycle.ts";
import { measureNoise } from "./noise.ts";
import { formatTable, type Result } from "./result.ts";

/** How many rounds of each, unless the command line says otherwise. */
const ROUNDS = 5;

/** Where the results go; earlier results of other metrics stay. */
const RESULTS = "out/bench.json";

/** The parts of the bench, as the command line names them. */
const PARTS: Record<string, (rounds: number, earlier?: string) => Promise<Result[]>> = {
  size: () => measureSizes(),
  boot: (rounds, earlier) => measureBoots(rounds, { say, ...(earlier !== undefined && { earlier }) }),
  warm: (rounds) => measureWarmBuilds(rounds, say),
  shutdown: (rounds) => measureShutdowns(rounds, say),
  restart: (rounds) => measureRestarts(rounds, say),
  cold: () => measureColdBuild(say),
  noise: () => measureNoise(say),
};

/** Writes a line of progress. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Adds results to those of earlier runs, newer ones taking the place of older. */
async function keep(results: Result[]): Promise<Result[]> {
  const name = (result: Result) => `${result.metric} ${result.case}`;
  const old = JSON.parse(await Deno.readTextFile(RESULTS).catch(() => "[]")) as Result[];
  const all = new Map([...old, ...results].map((result) => [name(result), result]));
  const kept = [...all.values()];
  await Deno.writeTextFile(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
  return kept;
}

/**
 * Runs the parts that the command line names, all unless it names some: `deno task bench [PART ...] [ROUNDS] [EARLIER.efi]`. An
 * image made earlier takes its turn beside the others.
 */
async function main(words: string[]): Promise<void> {
  const rounds = Number(words.find((word) => /^\d+$/.test(word)) ?? ROUNDS);
  const earlier = words.find((word) => word.endsWith(".efi"));
  const named = words.filter((word) => !/^\d+$/.test(word) && word !== earlier);
  const unknown = named.find((word) => !(word in PARTS));
  if (unknown) {
    throw new RangeError(`There is no part "${unknown}" of the bench: take ${Object.keys(PARTS).join(", ")}`);
  }
  {
    using display = startDisplay();
    await build("build.toml", { targets: ["default", "floor", "test"], report: display.report });
  }
  let all: Result[] = [];
  for (const part of named.length > 0 ? named : Object.keys(PARTS)) {
    all = await keep(await PARTS[part]!(rounds, earlier));
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${formatTable(all)}\n`));
}

if (import.meta.main) await main(Deno.args);
