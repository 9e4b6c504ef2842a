/**
 * The start of a service's process: its control group, its files, its
 * environment, and what the kernel thinks of it when memory is short.
 *
 * @module
 */

import { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY, spawn } from "../../ffi/mod.ts";
import { startIn } from "../host/cgroups.ts";
import { doneWithin } from "../done_within.ts";
import { holdBack } from "./held_file.ts";
import { livenessEnv } from "./liveness.ts";
import type { Service } from "./supervisor.ts";

/** Where the output goes of a service whose log cannot be written. */
const NOWHERE = "/dev/null";

/** How long a log may take to be opened, in seconds; a disk that hangs takes for ever. */
const OPEN_LIMIT = 2;

/** How a process starts. */
export interface Launch {
  /** The arguments. */
  args: readonly string[];
  /** The file its output is appended to. */
  output: string;
  /** The directory of the control group of PID 1. */
  home: string;
}

/** What a log says of a start; whatever comes before was said by another process, or in another boot. */
function startLine({ name }: Service, start: number): string {
  return `--- ${name}, start ${start} of this boot, ${new Date().toISOString()}\n`;
}

/**
 * Makes a service's log ready for its first start; what an earlier boot left
 * in it is kept.
 *
 * This is the one time that PID 1 waits for the log: its file system has just
 * been mounted.
 *
 * @param service The service.
 * @returns The file that can be written.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { CONTAINERD } from "./services.ts";
 *
 * const output = `${Deno.makeTempDirSync()}/log/containerd.log`;
 * assert.equal(openFirst({ ...CONTAINERD, output }), output);
 * assert.match(Deno.readTextFileSync(output), /^--- containerd, start 1 of this boot, 2/);
 * ```
 */
export function openFirst(service: Service): string {
  const { output } = service;
  try {
    Deno.mkdirSync(output.slice(0, output.lastIndexOf("/")), { recursive: true, mode: 0o750 });
    Deno.writeTextFileSync(output, startLine(service, 1), { append: true, mode: 0o640 });
    return output;
  } catch {
    return NOWHERE;
  }
}

/**
 * Makes a service's log ready for a later start, without waiting for a disk
 * that hangs.
 *
 * @param service The service.
 * @param start The number of the start.
 * @returns The file that can be written.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { CONTAINERD } from "./services.ts";
 *
 * assert.equal(await openAgain({ ...CONTAINERD, output: "/nowhere/containerd.log" }, 2), "/dev/null");
 * ```
 */
export async function openAgain(service: Service, start: number): Promise<string> {
  let opened = false;
  const attempt = Deno.writeTextFile(service.output, startLine(service, start), { append: true, mode: 0o640 })
    .then(() => opened = true, () => {});
  await doneWithin(attempt, OPEN_LIMIT);
  return opened ? service.output : NOWHERE;
}

/**
 * Starts a service's process.
 *
 * @param service The service.
 * @param options How.
 * @returns Its process ID.
 * @throws {SyscallError} If it cannot be executed.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { CONTAINERD } from "./services.ts";
 *
 * const options = { args: [], output: "/dev/null", home: "/nowhere" };
 * assert.throws(() => launch({ ...CONTAINERD, group: "/nowhere" }, options), { name: "NotFound" });
 * ```
 */
export function launch(service: Service, options: Launch): number {
  const { args, output, home } = options;
  const pid = startIn(
    service.group,
    home,
    () =>
      spawn(service.path, holdBack(service.held, args), {
        env: { ...service.env, ...livenessEnv(service.liveness), NOTIFY_SOCKET: service.notifySocket },
        files: [
          { fd: 0, open: "/dev/null", flags: O_RDONLY },
          { fd: 1, open: output, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o640 },
          { fd: 2, dup2: 1 },
        ],
      }),
  );
  setOomScore(pid, service.oomScore);
  return pid;
}

/**
 * Says whom the kernel kills when memory is short: proc_pid_oom_score_adj(5).
 * Children inherit it.
 *
 * @param pid The process, or "self".
 * @param score From -1000, never, to 1000, first; nothing leaves it as it is.
 * @returns Whether it took it: less than it has needs CAP_SYS_RESOURCE.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(setOomScore(0x3fffffff, 0), false);
 * ```
 */
export function setOomScore(pid: number | "self", score: number | undefined): boolean {
  if (score === undefined) return true;
  try {
    Deno.writeTextFileSync(`/proc/${pid}/oom_score_adj`, `${score}`, { create: false });
    return true;
  } catch {
    return false; // It has ended already, or is not ours to protect.
  }
}
