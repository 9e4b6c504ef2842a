/**
 * Control groups that stand still: cgroup.freeze of
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * @module
 */

/** How often a group is looked at that is about to freeze, in milliseconds. */
const INTERVAL = 5;

/** Writes "1" to freeze, "0" to thaw. */
function setFrozen(group: string, value: "0" | "1"): void {
  Deno.writeTextFileSync(`${group}/cgroup.freeze`, value, { create: false });
}

/**
 * Says whether all processes of a group stand still.
 *
 * @param group The group's directory.
 * @returns Whether they do.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(isFrozen("/nowhere"), false);
 * ```
 */
export function isFrozen(group: string): boolean {
  try {
    return /^frozen 1$/m.test(Deno.readTextFileSync(`${group}/cgroup.events`));
  } catch {
    return false;
  }
}

/**
 * Lets a group go on, whether it stands still or not.
 *
 * @param group The group's directory.
 *
 * @example Usage
 * ```ts
 * thaw("/nowhere");
 * ```
 */
export function thaw(group: string): void {
  try {
    setFrozen(group, "0");
  } catch {
    // A group that cannot be thawed cannot have been frozen.
  }
}

/**
 * Does `work` while all processes of a group stand still; they go on after it,
 * whatever happens.
 *
 * A process that waits for a disk cannot be frozen, so the wait has a limit.
 *
 * @param group The group's directory.
 * @param limit How long the wait until they stand still may take, in seconds.
 * @param work What is done.
 * @returns Whether it was done: they stood still in time.
 * @throws {Error} What `work` throws.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const group = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${group}/cgroup.freeze`, "0");
 * Deno.writeTextFileSync(`${group}/cgroup.events`, "populated 1\nfrozen 1\n");
 * assert(await whileFrozen(group, 1, () => Promise.resolve()));
 * assert.equal(Deno.readTextFileSync(`${group}/cgroup.freeze`), "0");
 * ```
 */
export async function whileFrozen(group: string, limit: number, work: () => Promise<void>): Promise<boolean> {
  try {
    setFrozen(group, "1");
    for (let waited = 0; !isFrozen(group); waited += INTERVAL) {
      if (waited >= limit * 1000) return false;
      await new Promise((done) => setTimeout(done, INTERVAL));
    }
    await work();
    return true;
  } finally {
    thaw(group);
  }
}
