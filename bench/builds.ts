/**
 * How long builds take: from nothing, with nothing to do, and after a change in init/.
 *
 * @module
 */
import { defaultStorePath } from "../mod.ts";
import { type Result, summarise } from "./result.ts";

/** A copy of the checkout with a store of its own. */
interface Scratch extends AsyncDisposable {
  /** The checkout. */
  folder: string;
  /** The store. */
  store: string;
}

/** Runs a command and fails if it does. */
async function run(command: string[], options: Deno.CommandOptions = {}): Promise<void> {
  const { success, stderr } = await new Deno.Command(command[0]!, { args: command.slice(1), ...options }).output();
  if (success) return;
  throw new TypeError(`"${command.join(" ")}" failed: ${new TextDecoder().decode(stderr).slice(-2000)}`);
}

/** Copies the checkout; the store is a copy by hard links of the user's own, or empty. */
async function makeScratch(withStore: boolean): Promise<Scratch> {
  const own = defaultStorePath();
  const base = `${own}-bench-${crypto.randomUUID().slice(0, 8)}`;
  const scratch = { folder: `${base}/checkout`, store: `${base}/store` };
  await Deno.mkdir(scratch.store, { recursive: true });
  await run(["git", "clone", "--quiet", ".", scratch.folder]);
  if (withStore) await run(["cp", "-al", `${own}/jobs`, `${own}/sources`, scratch.store]);
  const remove = async () => {
    await run(["chmod", "-R", "u+w", base]);
    await Deno.remove(base, { recursive: true });
  };
  return { ...scratch, [Symbol.asyncDispose]: remove };
}

/** Builds the image in a scratch checkout and says how many seconds that took, from the command line on. */
async function timeImage({ folder, store }: Scratch): Promise<number> {
  const started = performance.now();
  await run(["./task", "image"], { cwd: folder, env: { KIOS_STORE: store } });
  return (performance.now() - started) / 1000;
}

/**
 * Measures builds that find everything, or everything but init, in the store.
 *
 * @param rounds How many of each
 * @param say Hears of each build
 * @returns Seconds of each
 */
export async function measureWarmBuilds(rounds: number, say: (line: string) => void): Promise<Result[]> {
  await using scratch = await makeScratch(true);
  await timeImage(scratch);
  const noop: number[] = [];
  const init: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    noop.push(await timeImage(scratch));
    await Deno.writeTextFile(`${scratch.folder}/init/main.ts`, `\n// Round ${round}.\n`, { append: true });
    init.push(await timeImage(scratch));
    say(
      `round ${round} of ${rounds}: nothing to do ${noop.at(-1)!.toFixed(2)} s, init changed ${
        init.at(-1)!.toFixed(1)
      } s`,
    );
  }
  return [
    summarise({ case: "kios", metric: "build_noop", unit: "s" }, noop),
    summarise({ case: "kios", metric: "build_init", unit: "s" }, init),
  ];
}

/**
 * Measures one build from nothing: no store, nothing fetched.
 *
 * @param say Hears of it
 * @returns Seconds
 */
export async function measureColdBuild(say: (line: string) => void): Promise<Result[]> {
  await using scratch = await makeScratch(false);
  say("building from nothing; this takes a while");
  return [summarise({ case: "kios", metric: "build_cold", unit: "s" }, [await timeImage(scratch)])];
}
