import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, SIGNALS, spawn } from "../../ffi/mod.ts";
import { doneWithin } from "../done_within.ts";
import type { Reaper } from "./reaper.ts";
import { sendSignal } from "./send_signal.ts";
import { lastLine } from "../logs/service_log.ts";
import { describeExit } from "./supervisor.ts";

/** How a program is run. */
export interface RunOptions {
  /** Who tells that it ended. */
  reaper: Reaper;
  /** How long it may take, in seconds; it is killed then. */
  limit: number;
  /** The file that takes what it says. */
  output: string;
}

/**
 * Runs a program to its end: what a disk that hangs would hold is then the program, and not PID 1.
 *
 * @param path The program's file.
 * @param args Its arguments.
 * @param options How it is run.
 * @returns Why it failed, in its own last words if it had any; nothing when it did not.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { createReaper } from "./reaper.ts";
 *
 * const options = { reaper: createReaper(), limit: 1, output: "/dev/null" };
 * assert.equal(await runProgram("/nowhere", [], options), 'Cannot posix_spawn "/nowhere": ENOENT');
 * ```
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string | undefined> {
  const { reaper, limit, output } = options;
  let pid: number;
  try {
    pid = spawn(path, args, {
      env: { PATH: "/bin" },
      files: [
        { fd: 0, open: "/dev/null", flags: O_RDONLY },
        { fd: 1, open: output, flags: O_WRONLY | O_CREAT | O_TRUNC },
        { fd: 2, dup2: 1 },
      ],
    });
  } catch (cause) {
    return (cause as Error).message;
  }
  const ended = reaper.exitOf(pid);
  if (!await doneWithin(ended, limit)) {
    sendSignal(pid, SIGNALS.SIGKILL);
    return `no answer in ${limit} s`;
  }
  const exit = await ended;
  return exit.status === 0 ? undefined : await lastLine(output) ?? describeExit(exit);
}
