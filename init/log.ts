/**
 * What PID 1 says: a line `kios[<uptime>] <event>` on every console and in the
 * kernel's log.
 *
 * @module
 */

import { type ConsolePlaces, offer, openSink, openTerminals, type Terminal } from "./console/terminals.ts";

/** Where the log finds its clock and the places it writes to. */
export interface LogPlaces extends ConsolePlaces {
  /** The file whose first word is the uptime in seconds: proc_uptime(5). */
  uptime: string;
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
  /** Shows a line that is not PID 1's own, on consoles alone; says whether all had room for it. */
  show(line: string): boolean;
  /** Hears each line; the first who listens hears those from before, too. */
  listen(listener: (line: string) => void): void;
  /** The consoles. */
  terminals: readonly Terminal[];
  /** Waits, but never for long, until the consoles have sent what they were given. */
  drain(): Promise<void>;
}

/** Facility daemon with a severity, of syslog(3). */
const PRIORITY = { informational: "<30>", warning: "<28>" };

/** How long, and how often, {@linkcode Log.drain} looks at the consoles. */
const DRAIN = { looks: 20, pauseMs: 25 };

/** How many lines wait for the first who listens. */
const BACKLOG = 200;

/** What a terminal would take for an order: a line tells what others said, too. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

/**
 * Writes an event the way the consoles show it.
 *
 * @param uptime The text of /proc/uptime.
 * @param event What happened; line breaks become spaces, other control characters question marks.
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
  return `kios[${seconds}] ${printable(event.replaceAll(/\s*\n\s*/g, " ").trim())}`;
}

/**
 * Takes out of a text what a terminal would not print but obey.
 *
 * @param text The text.
 * @returns The text with a blank for each tab and a question mark for any other control character.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(printable("a\tb\x1b[2J"), "a b?[2J");
 * ```
 */
export function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(CONTROL, "?");
}

/** Lets others hear the lines, and keeps those that nobody could hear yet. */
function createAudience(): { tell(line: string): void; listen(listener: (line: string) => void): void } {
  const listeners: ((line: string) => void)[] = [];
  const backlog: string[] = [];
  return {
    tell(line) {
      if (listeners.length === 0 && backlog.length < BACKLOG) backlog.push(line);
      for (const listener of listeners) listener(line);
    },
    listen(listener) {
      listeners.push(listener);
      for (const line of backlog.splice(0)) listener(line);
    },
  };
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
  const terminals = openTerminals(places);
  const kernelLog = openSink(places.kernelLog);
  const audience = createAudience();
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
    for (const terminal of terminals) terminal.write(`${line}\r\n`);
    if (kernelLog !== undefined) offer(kernelLog, `${priority}${line}\n`);
    audience.tell(line);
  }

  return {
    write: (event) => say(event, PRIORITY.informational),
    problem(event) {
      lastProblem = event;
      say(event, PRIORITY.warning);
    },
    lastProblem: () => lastProblem,
    show: (line) => terminals.map((terminal) => terminal.offer(`${printable(line)}\r\n`)).every((taken) => taken),
    listen: audience.listen,
    terminals,
    async drain() {
      for (let look = 0; look < DRAIN.looks; look++) {
        if (terminals.every((terminal) => terminal.unsent() === 0)) return;
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
  const audience = createAudience();
  let lastProblem: string | undefined;
  const say = (line: string) => {
    lines.push(line);
    audience.tell(line);
  };
  return {
    lines,
    write: say,
    problem: (event) => say(lastProblem = event),
    lastProblem: () => lastProblem,
    show: (line) => lines.push(line) > 0,
    listen: audience.listen,
    terminals: [],
    drain: () => Promise.resolve(),
  };
}
