import { keepLogFile, type KeptLogFile, type LogFile } from "./log_file.ts";
import type { Log } from "../log.ts";
import { mirror } from "./mirror.ts";
import { keepSmall, type LogLimits, type WrittenLog } from "./rotation.ts";

/** Where logs lie, and how large they may become. */
export interface LogFiles {
  /** The file of PID 1's own lines. */
  init: string;
  /** How many of those lines wait for a disk that takes none. */
  queue: number;
  /** How large each of them may become. */
  limits: LogLimits;
}

/** A service's log. */
export interface ServiceLog extends WrittenLog {
  /** What the service is called. */
  name: string;
}

/** Logs in files, in care. */
export interface Logs {
  /** Ends all that is done to them, so that their disk can be unmounted. */
  close(): Promise<void>;
}

/** How long PID 1's last lines may take to be written, in seconds. */
const CLOSE_LIMIT = 3;

/**
 * Keeps PID 1's lines in a file, keeps all files small, and shows on the
 * consoles what is added to some.
 *
 * @param files Where they lie, and how large they may become.
 * @param options PID 1's log, the services' logs, and the names of those whose log is shown.
 * @returns The logs in care.
 *
 * @example Usage
 * ```ts
 * import { memoryLog } from "../log.ts";
 *
 * const limits = { size: 1 << 20, keep: 2, interval: 10, freeze: 1, copy: 5 };
 * const init = `${Deno.makeTempDirSync()}/init.log`;
 * const logs = keepLogs({ init, queue: 100, limits }, { log: memoryLog(), services: [], shown: [] });
 * await logs.close();
 * ```
 */
export function keepLogs(
  files: LogFiles,
  options: { log: Log; services: readonly ServiceLog[]; shown: readonly string[] },
): Logs {
  const { log, services, shown } = options;
  const { size, keep } = files.limits;
  const file: LogFile = { path: files.init, size, keep, queue: files.queue };
  const kept: KeptLogFile = keepLogFile(log, file);
  const endRotation = keepSmall(services, files.limits, log);
  const followed = services.filter(({ name }) => shown.includes(name))
    .map(({ name, output }) => ({ name, path: output }));
  const endMirror = mirror(followed, log.show);
  return {
    async close() {
      endMirror();
      await endRotation();
      await kept.close(CLOSE_LIMIT);
    },
  };
}
