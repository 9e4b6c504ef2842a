import { type Exit, SIGNALS } from "../../ffi/mod.ts";
import { type Backoff, nextWait } from "./backoff.ts";
import { doneWithin } from "../done_within.ts";
import { launch, openAgain, openFirst } from "./launch.ts";
import { type Liveness, type Watch, watchLiveness } from "./liveness.ts";
import type { Log } from "../log.ts";
import { listenForNotes } from "./notify.ts";
import type { Reaper } from "./reaper.ts";
import { sendSignal } from "./send_signal.ts";
import { handOver, type HeldFile } from "./held_file.ts";
import { lastLine } from "../logs/service_log.ts";

/** A program that PID 1 keeps running. */
export interface Service {
  /** What the log calls it. */
  name: string;
  /** The program's file. */
  path: string;
  /** Its arguments. */
  args: readonly string[];
  /** Its environment, to which NOTIFY_SOCKET is added. */
  env: Readonly<Record<string, string>>;
  /** The file its output is appended to. */
  output: string;
  /** The directory of the control group it runs in. */
  group: string;
  /** The socket on which it says that it is ready. */
  notifySocket: string;
  /** The file among its arguments that it does not get before what it needs is ready. */
  held?: HeldFile;
  /** How long a start may take until it is ready, in seconds. */
  readyLimit: number;
  /** How it shows, once it is ready, that it is alive. */
  liveness?: Liveness;
  /** Whom the kernel kills when memory is short: proc_pid_oom_score_adj(5). */
  oomScore?: number;
}

/** What a service needs around it. */
export interface Surroundings {
  /** Where its starts and ends are told. */
  log: Log;
  /** Who tells that it ended. */
  reaper: Reaper;
  /** How long it waits before it starts again. */
  backoff: Backoff;
  /** The directory of the control group of PID 1. */
  home: string;
  /** What it needs is ready; it starts before only if it has a held file to wait for. */
  needs?: Promise<unknown>;
  /** What it is started with beside its arguments, where that changes from start to start. */
  attempts?: Attempts;
}

/** Decides on each start of a service, and hears how it went. */
export interface Attempts {
  /** The further arguments of the next start. */
  next(): Promise<readonly string[]>;
  /** The service said that it is ready. */
  ready(): void;
  /** The service ended, and nobody had asked it to; the promise is for what it said of that, if it is known. */
  ended(exit: Exit): Promise<string | undefined>;
}

/** How a service is doing. */
export interface ServiceStatus {
  /** What the log calls it. */
  name: string;
  /** What it is at. */
  state: "starting" | "ready" | "waiting" | "stopped";
  /** Its process, while there is one. */
  pid: number | null;
  /** How often it has been started. */
  starts: number;
  /** How it ended the last time. */
  lastEnd: string | null;
}

/** A service that is started again whenever it ends. */
export interface Supervised {
  /** Starts it. */
  start(): void;
  /** The moment it first said that it is ready. */
  ready: Promise<void>;
  /** How it is doing. */
  status(): ServiceStatus;
  /** Ends it, whatever it is at, and starts it again at once; the log gets the reason. */
  restart(reason: string): void;
  /** Ends it for good: SIGTERM, and SIGKILL when it has not ended after `seconds`. */
  stop(seconds: number): Promise<void>;
}

/** How long a process that was killed may take to be gone, in seconds. */
const KILLED_LIMIT = 2;

/**
 * Says how a process ended.
 *
 * @param exit Its exit.
 * @returns The words for the log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(describeExit({ pid: 7, status: 1 }), "exited with status 1");
 * assert.equal(describeExit({ pid: 7, signal: 9 }), "was killed by signal 9");
 * ```
 */
export function describeExit(exit: Exit): string {
  return exit.signal === undefined ? `exited with status ${exit.status}` : `was killed by signal ${exit.signal}`;
}

/** How long a process may take to end when it is told to, before it is killed, in seconds. */
const RESTART_LIMIT = 10;

/** How long a process may take to end of SIGABRT, of which Go's programs say what they were at, in seconds. */
const ABORT_LIMIT = 5;

/**
 * Takes a service into care: once started, it is started again whenever it
 * ends, after a growing wait that the log mentions, and is never given up.
 *
 * @param service The service.
 * @param surroundings What it needs around it.
 * @returns The service in care, not yet started.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 * import { createReaper } from "./reaper.ts";
 *
 * const directory = Deno.makeTempDirSync();
 * const service = supervise({
 *   name: "sleeper",
 *   path: "/bin/sleep",
 *   args: ["1000"],
 *   env: {},
 *   output: `${directory}/log`,
 *   group: directory,
 *   notifySocket: `${directory}/notify`,
 *   readyLimit: 60,
 * }, {
 *   log: memoryLog(),
 *   reaper: createReaper(),
 *   backoff: { first: 1, longest: 1, healthy: 1 },
 *   home: directory,
 * });
 * assert.equal(service.status().state, "stopped");
 * await service.stop(1);
 * ```
 */
export function supervise(
  service: Service,
  surroundings: Surroundings,
): Supervised {
  const { log, reaper, backoff, home, needs, attempts } = surroundings;
  const { name, held } = service;
  const status: ServiceStatus = {
    name,
    state: "stopped",
    pid: null,
    starts: 0,
    lastEnd: null,
  };
  const firstReady = Promise.withResolvers<void>();
  const stopAsked = Promise.withResolvers<void>();
  let stopping = false;
  let restarting = Promise.withResolvers<void>();
  let isRestarting = false;
  let lateKill: number | undefined;
  let watch: Watch | undefined;
  let running: Promise<void> = Promise.resolve();

  const socket = listenForNotes(service.notifySocket, {
    ready() {
      if (status.state !== "starting") return;
      status.state = "ready";
      log.write(`${name} ready`);
      if (service.liveness !== undefined) watch = watchLiveness(service.liveness, abort);
      attempts?.ready();
      firstReady.resolve();
    },
    alive: () => watch?.fed(),
  });

  /** Ends a process that does not do what it should; as with any other end, a start follows. */
  function abort(missed: string): void {
    if (status.pid === null || stopping || isRestarting) return;
    log.problem(`${name} ${missed}, it is killed`);
    sendSignal(status.pid, SIGNALS.SIGABRT);
    killIn(ABORT_LIMIT);
  }

  /** Kills the process if it has not ended by then. */
  function killIn(seconds: number): void {
    const { pid } = status;
    if (pid === null) return;
    clearTimeout(lateKill);
    lateKill = setTimeout(() => sendSignal(pid, SIGNALS.SIGKILL), seconds * 1000);
  }

  /** Waits until the process ends; it has to become ready within its limit. */
  async function exitOf(pid: number): Promise<Exit> {
    const late = setTimeout(() => {
      if (status.state === "starting") abort(`was not ready after ${service.readyLimit} s`);
    }, service.readyLimit * 1000);
    const exit = await reaper.exitOf(pid);
    clearTimeout(late);
    clearTimeout(lateKill);
    watch?.stop();
    watch = undefined;
    status.pid = null;
    return exit;
  }

  /** Runs the program once; the promise tells how it ended. */
  async function runOnce(): Promise<string> {
    status.starts += 1;
    try {
      isRestarting = false;
      restarting = Promise.withResolvers();
      // Without attempts there is no turn of the loop to lose: the runtime is to start at once.
      const further = attempts === undefined ? [] : await attempts.next();
      const output = status.starts === 1 ? openFirst(service) : await openAgain(service, status.starts);
      if (stopping || isRestarting) return "was not started";
      if (output !== service.output) {
        log.problem(`${name} starts without its log, for "${service.output}" does not open`);
      }
      status.pid = launch(service, { args: [...service.args, ...further], output, home });
    } catch (cause) {
      return `did not start: ${(cause as Error).message}`;
    }
    const { pid } = status;
    status.state = "starting";
    log.write(`${name} started`);
    if (held !== undefined) {
      handOver(held, { when: Promise.resolve(needs), isWanted: () => status.pid === pid })
        .catch((cause) => log.problem(`${name} did not get its "${held.file}": ${cause.message}`));
    }
    const exit = await exitOf(pid);
    const said = stopping || isRestarting ? undefined : await attempts?.ended(exit);
    const line = said ?? await lastLine(service.output);
    return line === undefined ? describeExit(exit) : `${describeExit(exit)} (${line})`;
  }

  /** Runs the program again and again. */
  async function keepRunning(): Promise<void> {
    let wait = 0;
    // Nothing to wait for must not cost a turn of the loop either: the runtime is to start at once.
    if (needs !== undefined && held === undefined) await Promise.race([needs, stopAsked.promise]);
    while (!stopping) {
      const began = performance.now();
      status.lastEnd = await runOnce();
      if (stopping) break;
      if (isRestarting) {
        wait = 0;
        continue;
      }
      const ran = (performance.now() - began) / 1000;
      wait = nextWait(backoff, { wait, ran });
      status.state = "waiting";
      log.problem(
        `${name} ${status.lastEnd}, start ${status.starts + 1} follows in ${wait} s`,
      );
      await doneWithin(Promise.race([stopAsked.promise, restarting.promise]), wait);
    }
    status.state = "stopped";
  }

  return {
    start() {
      running = keepRunning();
    },
    ready: firstReady.promise,
    status: () => ({ ...status }),
    restart(reason) {
      if (stopping || isRestarting) return;
      isRestarting = true;
      log.write(`${name} restarts: ${reason}`);
      restarting.resolve();
      const { pid } = status;
      if (pid === null) return;
      sendSignal(pid, SIGNALS.SIGTERM);
      killIn(RESTART_LIMIT);
    },
    async stop(seconds) {
      stopping = true;
      stopAsked.resolve();
      socket.close();
      if (status.pid !== null) sendSignal(status.pid, SIGNALS.SIGTERM);
      if (await doneWithin(running, seconds)) return;
      if (status.pid !== null) sendSignal(status.pid, SIGNALS.SIGKILL);
      await doneWithin(running, KILLED_LIMIT);
    },
  };
}
