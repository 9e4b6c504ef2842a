import { doneWithin } from "../done_within.ts";
import type { Log } from "../log.ts";
import { shiftFiles } from "./rotation.ts";

/** The file of PID 1's own lines, and how large it may become. */
export interface LogFile {
  /** The file. */
  path: string;
  /** Its greatest size, in bytes, when a line is added. */
  size: number;
  /** How many older files are kept. */
  keep: number;
  /** How many lines wait for a disk that takes none. */
  queue: number;
}

/** A log file that is being kept. */
export interface KeptLogFile {
  /** Ends it, so that its disk can be unmounted: writes what waits, but not for longer than `seconds`. */
  close(seconds: number): Promise<void>;
}

/**
 * Keeps what a log says in a file, too.
 *
 * Lines are written behind PID 1's back, a handful at a time, with nothing
 * held open in between. A disk that hangs or is full costs lines in the file,
 * which says how many, but the consoles and the kernel's log have them.
 *
 * @param log The log.
 * @param file The file; its directory is made.
 * @returns The file in care.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const path = `${Deno.makeTempDirSync()}/log/init.log`;
 * const log = memoryLog();
 * log.write("init started");
 * const kept = keepLogFile(log, { path, size: 1000, keep: 2, queue: 10 });
 * await kept.close(1);
 * assert.match(Deno.readTextFileSync(path), /^2\S+ init started\n$/);
 * ```
 */
export function keepLogFile(log: Log, file: LogFile): KeptLogFile {
  const { path, size, keep } = file;
  let waiting: string[] = [];
  let lost = 0;
  let closed = false;
  let writing: Promise<void> | undefined;

  /** Adds lines to the file, and begins a new one when it is full. */
  async function append(lines: string[]): Promise<void> {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o750 });
    await Deno.writeTextFile(path, lines.map((line) => `${line}\n`).join(""), { append: true, mode: 0o640 });
    if ((await Deno.stat(path)).size <= size) return;
    await shiftFiles(path, keep);
    await Deno.rename(path, `${path}.1`);
  }

  /** Writes until nothing waits. */
  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      const told = lost;
      const report = told > 0 ? [`${now()} ${told} lines were lost here`] : [];
      try {
        await append([...report, ...lines]);
        lost -= told;
      } catch {
        lost += lines.length;
      }
    }
    writing = undefined;
  }

  log.listen((line) => {
    if (closed) return;
    if (waiting.length >= file.queue) lost += 1;
    else waiting.push(`${now()} ${line}`);
    writing ??= writeAll();
  });
  return {
    async close(seconds) {
      closed = true;
      await doneWithin(Promise.resolve(writing), seconds);
    },
  };
}

/** The time, for people. */
function now(): string {
  return new Date().toISOString();
}
