/**
 * Orders jobs so that each comes after what it needs.
 *
 * @module
 */
import { ConfigError, UserError } from "./errors.ts";
import type { Job } from "./config.ts";
import { suggestion } from "./table.ts";

/**
 * Lists the wanted jobs and all they need, each after its needs.
 *
 * @param jobs All jobs by name
 * @param wanted The names to build
 * @returns The jobs in an order in which they can run
 * @throws {ConfigError} when jobs need each other in a circle
 * @throws {UserError} when a wanted job does not exist
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const job = (name: string, needs: string[]) =>
 *   ({ name, needs, description: "", sources: [], files: [], tools: [], env: {}, steps: [], place: { file: "b" } });
 * const jobs = new Map([["efi", job("efi", ["root"])], ["root", job("root", [])]]);
 * assert.deepEqual(orderJobs(jobs, ["efi"]).map((job) => job.name), ["root", "efi"]);
 * ```
 */
export function orderJobs(jobs: ReadonlyMap<string, Job>, wanted: readonly string[]): Job[] {
  const order: Job[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string) => {
    if (done.has(name)) return;
    const job = jobs.get(name);
    if (job === undefined) throw new UserError(`There is no job "${name}"`, suggestion(name, [...jobs.keys()]));
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(" -> ");
      throw new ConfigError(job.place, `Dependency cycle: ${circle}`, "Take one of these out of the other's needs");
    }
    path.push(name);
    job.needs.forEach(visit);
    path.pop();
    done.add(name);
    order.push(job);
  };
  wanted.forEach(visit);
  return order;
}
