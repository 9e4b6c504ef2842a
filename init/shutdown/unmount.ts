/**
 * Takes apart what is mounted, so that disks are whole when the power goes.
 *
 * @module
 */

import type { Log } from "../log.ts";
import type { Reaper } from "../services/reaper.ts";
import { runProgram } from "../services/run_program.ts";

/** What unmounting takes. */
export interface UnmountOptions {
  /** The table of mounts: proc_pid_mounts(5). */
  mounts: string;
  /** The program that unmounts. */
  umount: string;
  /** The program that mounts. */
  mount: string;
  /** The file that takes what they say. */
  output: string;
  /** Who tells that a program ended. */
  reaper: Reaper;
  /** Where what happens is told. */
  log: Log;
}

/** A line of the table. */
export interface MountedPlace {
  /** What is mounted. */
  source: string;
  /** Where. */
  target: string;
}

/** What stays: it lies in RAM, and PID 1 lives on it. */
const STAYS = /^\/(|proc|run|tmp|var|dev(\/.*)?|sys(\/.*)?|usr\/share\/kios\/.*)$/;

/** How long one program may take, in seconds. */
const LIMIT = 8;

/**
 * Finds what is to be unmounted.
 *
 * @param table The text of /proc/self/mounts.
 * @returns It, the last mounted first: overlays, what is bound, and then the disks below.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const table = "tmpfs /run tmpfs rw 0 0\n/dev/vda1 /mnt/my\\040disk ext4 rw 0 0\noverlay /etc overlay rw 0 0\n";
 * assert.deepEqual(toUnmount(table), [
 *   { source: "overlay", target: "/etc" },
 *   { source: "/dev/vda1", target: "/mnt/my disk" },
 * ]);
 * ```
 */
export function toUnmount(table: string): MountedPlace[] {
  // A blank is written as \040, and so on, in octal.
  const plain = (text: string) =>
    text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
  return table.split("\n").map((line) => line.split(" "))
    .filter(([, target]) => target !== undefined && !STAYS.test(target))
    .map(([source = "", target = ""]) => ({ source: plain(source), target: plain(target) }))
    .reverse();
}

/**
 * Unmounts all that is not the system's own, each by a program of its own: a disk that hangs holds its unmounter, but
 * not PID 1. A disk that is busy is made read-only instead, which writes to it what is cached just as well.
 *
 * @param options What it takes.
 *
 * @example Usage
 * ```ts
 * import { memoryLog } from "../log.ts";
 * import { createReaper } from "../services/reaper.ts";
 *
 * await unmountAll({
 *   mounts: "/dev/null",
 *   umount: "/bin/umount",
 *   mount: "/bin/mount",
 *   output: "/dev/null",
 *   reaper: createReaper(),
 *   log: memoryLog(),
 * });
 * ```
 */
export async function unmountAll(options: UnmountOptions): Promise<void> {
  const { mounts, umount, mount, log } = options;
  const run = (program: string, args: string[]) => runProgram(program, args, { ...options, limit: LIMIT });
  const all = toUnmount(Deno.readTextFileSync(mounts));
  const isDisk = ({ source }: MountedPlace) => source.startsWith("/dev/");
  for (const { target } of all) {
    const failure = await run(umount, [target]);
    if (failure !== undefined) log.problem(failure);
  }
  const left = toUnmount(Deno.readTextFileSync(mounts)).filter(isDisk);
  for (const { source, target } of left) {
    const failure = await run(mount, ["-o", "remount,ro", target]);
    log.problem(
      `"${source}" is busy, ${failure === undefined ? "made read-only" : `not read-only either: ${failure}`}`,
    );
  }
  for (const disk of new Set(all.filter(isDisk).map(({ source }) => source))) {
    if (!left.some(({ source }) => source === disk)) log.write(`${disk} unmounted`);
  }
}
