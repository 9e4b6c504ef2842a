/**
 * The host's own control groups: leaf groups beside the kubelet's `/kubepods`,
 * so that PID 1, the runtime and the kubelet are counted apart.
 *
 * @module
 */

import { thaw } from "../services/freezer.ts";

/** Puts this process, all its threads, into `group`; "0" means the writer. */
function join(group: string): void {
  Deno.writeTextFileSync(`${group}/cgroup.procs`, "0", { create: false });
}

/**
 * Makes groups that do not exist yet.
 *
 * @param groups The groups' directories.
 *
 * @example Usage
 * ```ts
 * const root = Deno.makeTempDirSync();
 * makeGroups([`${root}/init`, `${root}/runtime`]);
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function makeGroups(groups: readonly string[]): void {
  for (const group of groups) Deno.mkdirSync(group, { recursive: true });
}

/**
 * Lets the groups below `root` use every controller the kernel offers.
 *
 * @param root The root group's directory.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${root}/cgroup.controllers`, "cpu memory\n");
 * Deno.writeTextFileSync(`${root}/cgroup.subtree_control`, "");
 * enableControllers(root);
 * assert.equal(Deno.readTextFileSync(`${root}/cgroup.subtree_control`), "+cpu +memory");
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function enableControllers(root: string): void {
  const controllers = Deno.readTextFileSync(`${root}/cgroup.controllers`)
    .trim().split(/\s+/).filter((name) => name !== "");
  Deno.writeTextFileSync(
    `${root}/cgroup.subtree_control`,
    controllers.map((name) => `+${name}`).join(" "),
  );
}

/**
 * Runs `start` from within `group`, so that the process it starts is born there.
 *
 * posix_spawn cannot place a child, and moving it once it runs is a race with
 * what it starts itself. A child begins in the group of its parent: so the
 * parent goes there, starts it, and comes back. Nothing else of PID 1 runs
 * meanwhile, for all of it is one synchronous call.
 *
 * @param group The group's directory.
 * @param home The group this process comes back to.
 * @param start Starts the process.
 * @returns What `start` returned.
 * @throws {Error} What `start` threw; this process is back home then, too.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = Deno.makeTempDirSync();
 * makeGroups([`${root}/init`, `${root}/runtime`]);
 * Deno.writeTextFileSync(`${root}/init/cgroup.procs`, "");
 * Deno.writeTextFileSync(`${root}/runtime/cgroup.procs`, "");
 * assert.equal(startIn(`${root}/runtime`, `${root}/init`, () => 42), 42);
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function startIn<T>(group: string, home: string, start: () => T): T {
  // Who joins a group that stands still stands still, and nobody would thaw PID 1.
  thaw(group);
  join(group);
  try {
    return start();
  } finally {
    join(home);
  }
}

/**
 * Keeps memory for groups: what is protected is not taken from them when
 * memory is short, neither anonymous pages nor those of their programs, which
 * would have to be read and unpacked again and again.
 *
 * @param amounts The groups' directories and the bytes kept for each.
 * @returns What could not be protected and why, for the log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${root}/memory.min`, "0");
 * assert.deepEqual(protectMemory({ [root]: 64 << 20 }), []);
 * assert.equal(Deno.readTextFileSync(`${root}/memory.min`), "67108864");
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function protectMemory(amounts: Readonly<Record<string, number>>): string[] {
  const complaints: string[] = [];
  for (const [group, bytes] of Object.entries(amounts)) {
    try {
      Deno.writeTextFileSync(`${group}/memory.min`, `${bytes}`, { create: false });
    } catch (cause) {
      complaints.push(`Cannot protect the memory of "${group}": ${(cause as Error).message}`);
    }
  }
  return complaints;
}
