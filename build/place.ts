/**
 * Places the files of targets in the output folder.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Plan } from "./builder.ts";
import { UserError } from "./errors.ts";
import { type Entry, exists, readIfThere, removeTree, type Store } from "./store.ts";

/** What the output folder remembers of each file it was given: the digest of the job it is from. */
const STATE_FILE = ".placed.json";

/**
 * Copies the files of a plan's targets to the output folder; what is there already from the same job stays.
 *
 * @param plan The plan and the store it was carried out in
 * @param jobs The finished jobs by name
 * @param output The output folder
 * @returns The paths of all files of the targets
 * @throws {UserError} when a job did not leave a file that a target wants
 *
 * @example Usage
 * ```ts ignore
 * const files = await placeOutputs(plan, jobs, "out");
 * ```
 */
export async function placeOutputs(
  plan: Plan & { store: Store },
  jobs: ReadonlyMap<string, { key: string; entry: Entry }>,
  output: string,
): Promise<string[]> {
  await Deno.mkdir(output, { recursive: true });
  const statePath = join(output, STATE_FILE);
  const state = JSON.parse(await readIfThere(statePath) ?? "{}") as Record<string, string>;
  const placed: string[] = [];
  for (const target of plan.targets) {
    for (const [name, from] of Object.entries(plan.build.targets.get(target) ?? {})) {
      const [job, ...rest] = from.split("/");
      const { key, entry } = jobs.get(job!)!;
      const path = join(output, name);
      placed.push(path);
      if (state[name] === entry.digest && await exists(path)) continue;
      await placeOne(join(plan.store.outputs(key), ...rest), path, from);
      state[name] = entry.digest;
    }
  }
  await Deno.writeTextFile(statePath, JSON.stringify(state));
  return placed;
}

/** Copies one file or folder beside its place and renames it, so that a reader never sees half of it. */
async function placeOne(from: string, to: string, name: string): Promise<void> {
  if (!await exists(from)) {
    throw new UserError(`A target wants "${name}", which the job did not leave`, "Add it to the job's outputs");
  }
  await Deno.mkdir(dirname(to), { recursive: true });
  const stage = `${to}.new`;
  const { success } = await new Deno.Command("cp", { args: ["-R", "-P", "--reflink=auto", from, stage] }).output();
  if (!success) {
    await removeTree(stage);
    throw new UserError(`Cannot write "${to}"`, "Is the disk full?");
  }
  if (await exists(to)) await removeTree(to);
  await Deno.rename(stage, to);
}
