/**
 * What PID 1 says: a line `kios[<uptime>] <event>` on every console and in the
 * kernel's log.
 *
 * @module
 */

import { O_NOCTTY, O_NONBLOCK, O_WRONLY, open, pendingOutput, write } from "../ffi/mod.ts";

/** Where the log finds its clock and the places it writes to. */
export interface LogPlaces {
  /** The file whose first word is the uptime in seconds: proc_uptime(5). */
  uptime: string;
  /** The file that lists the kernel's consoles. */
  activeConsoles: string;
  /** The directory of the consoles. */
  devices: string;
  /** The kernel's log: Documentation/ABI/testing/dev-kmsg. */
  kernelLog: string;
}

/** The log. */
export interface Log {
  /** Says that `event` happened. */
  write(event: string): void;
  /** Says what somebody should look at: the same, and the console's status keeps showing it. */
  problem(event: string): void;
  /** The last problem, if there was one. */
  lastProblem(): string | undefined;
  /** Waits, but never for long, until the consoles have sent what they were given. */
  drain(): Promise<void>;
}

/** Standard error: where PID 1 speaks as long as nothing else could be opened. */
const STDERR = 2;

/** Facility daemon with a severity, of syslog(3). */
const PRIORITY = { informational: "<30>", warning: "<28>" };

/** How long, and how often, {@linkcode Log.drain} looks at the consoles. */
const DRAIN = { looks: 20, pauseMs: 25 };

const encoder = new TextEncoder();

/**
 * Writes an event the way the consoles show it.
 *
 * @param uptime The text of /proc/uptime.
 * @param event What happened; line breaks become spaces.
 * @returns The line, without a line break at its end.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatEvent("1.90 0.44\n", "init started"), "kios[1.90] init started");
 * ```
 */
export function formatEvent(uptime: string, event: string): string {
  const [seconds] = uptime.split(" ", 1);
  return `kios[${seconds}] ${event.replaceAll(/\s*\n\s*/g, " ").trim()}`;
}

/** Opens `path` for writing without ever waiting, or says that it cannot be. */
function openSink(path: string): number | undefined {
  try {
    return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** The consoles that can be written to; standard error when there is none. */
function openConsoles(places: LogPlaces): number[] {
  let names: string[] = [];
  try {
    names = Deno.readTextFileSync(places.activeConsoles).trim().split(/\s+/);
  } catch {
    // Before /sys is mounted, standard error is the kernel's console.
  }
  const consoles = names
    .map((name) => openSink(`${places.devices}/${name}`))
    .filter((fd) => fd !== undefined);
  return consoles.length > 0 ? consoles : [STDERR];
}

/** Writes `line` and drops what the file does not take: a stuck console must not hold PID 1. */
function offer(fd: number, line: string): void {
  try {
    write(fd, encoder.encode(line));
  } catch {
    // There is no other place to complain in.
  }
}

/** The bytes the terminal `fd` has still to send; none when it is not a terminal. */
function unsent(fd: number): number {
  try {
    return pendingOutput(fd);
  } catch {
    return 0;
  }
}

/**
 * Opens the consoles and the kernel's log.
 *
 * @param places Where they are.
 * @returns The log. Opening never fails: the log of last resort is standard error.
 *
 * @example Usage
 * ```ts
 * const none = "/nowhere";
 * const log = openLog({
 *   uptime: "/proc/uptime",
 *   activeConsoles: none,
 *   devices: none,
 *   kernelLog: none,
 * });
 * log.write("init started");
 * ```
 */
export function openLog(places: LogPlaces): Log {
  const consoles = openConsoles(places);
  const kernelLog = openSink(places.kernelLog);
  let lastProblem: string | undefined;

  /** Writes a line everywhere; `priority` is for the kernel's log. */
  function say(event: string, priority: string): void {
    let uptime = "?";
    try {
      uptime = Deno.readTextFileSync(places.uptime);
    } catch {
      // /proc is not mounted yet.
    }
    const line = formatEvent(uptime, event);
    // Terminals want a carriage return too, or the next program's line is indented.
    for (const console of consoles) offer(console, `${line}\r\n`);
    if (kernelLog !== undefined) offer(kernelLog, `${priority}${line}\n`);
  }

  return {
    write: (event) => say(event, PRIORITY.informational),
    problem(event) {
      lastProblem = event;
      say(event, PRIORITY.warning);
    },
    lastProblem: () => lastProblem,
    async drain() {
      for (let look = 0; look < DRAIN.looks; look++) {
        if (consoles.every((fd) => unsent(fd) === 0)) return;
        await new Promise((done) => setTimeout(done, DRAIN.pauseMs));
      }
    },
  };
}

/** A log that keeps its lines, for tests. */
export interface MemoryLog extends Log {
  /** What was said, problems too. */
  lines: string[];
}

/**
 * Makes a log that keeps its lines.
 *
 * @returns The log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const log = memoryLog();
 * log.write("init started");
 * assert.deepEqual(log.lines, ["init started"]);
 * ```
 */
export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  let lastProblem: string | undefined;
  return {
    lines,
    write: (event) => void lines.push(event),
    problem: (event) => void lines.push(lastProblem = event),
    lastProblem: () => lastProblem,
    drain: () => Promise.resolve(),
  };
}
