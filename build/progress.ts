/**
 * What a build tells of itself: a stream of events, and how they read as text.
 *
 * @module
 */

/** Something that happened in a build. */
export type BuildEvent =
  | { type: "start"; jobs: number }
  | { type: "fetch"; name: string; title: string }
  | { type: "fetched"; name: string; seconds: number }
  | { type: "warning"; text: string }
  | { type: "job"; name: string; step: string; at: number }
  | { type: "done"; name: string; seconds: number; cached: boolean }
  | { type: "failed"; name: string };

/** Hears of a build's events. */
export type Report = (event: BuildEvent) => void;

/** What is going on in a build. */
export interface Progress {
  /** Jobs in all. */
  jobs: number;
  /** Jobs done. */
  done: number;
  /** What runs now: a line's text and when it began, by name, in milliseconds. */
  running: Map<string, { text: string; since: number }>;
}

/**
 * A build about which nothing is known yet.
 *
 * @returns The state
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(newProgress().done, 0);
 * ```
 */
export function newProgress(): Progress {
  return { jobs: 0, done: 0, running: new Map() };
}

/**
 * Takes an event into the state and says what line it is worth on a plain terminal.
 *
 * @param progress The state; it is changed
 * @param event What happened
 * @param now The time, in milliseconds
 * @returns A line, or nothing
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const progress = newProgress();
 * update(progress, { type: "start", jobs: 2 }, 0);
 * assert.equal(update(progress, { type: "done", name: "init", seconds: 1.23, cached: false }, 0), "[1/2] init (1.2s)");
 * ```
 */
export function update(progress: Progress, event: BuildEvent, now: number): string | undefined {
  switch (event.type) {
    case "start":
      progress.jobs = event.jobs;
      return undefined;
    case "fetch":
      progress.running.set(`fetch ${event.name}`, { text: `fetch ${event.name}: ${event.title}`, since: now });
      return `fetch ${event.name}: ${event.title}`;
    case "fetched":
      progress.running.delete(`fetch ${event.name}`);
      return `fetched ${event.name} (${event.seconds.toFixed(1)}s)`;
    case "warning":
      return `warning: ${event.text}`;
    case "job": {
      const since = progress.running.get(event.name)?.since ?? now;
      progress.running.set(event.name, { text: `${event.name}: ${event.step}`, since });
      return `[${progress.done}/${progress.jobs}] ${event.name}: ${event.step}`;
    }
    case "done": {
      progress.running.delete(event.name);
      progress.done++;
      const how = event.cached ? "cached" : `(${event.seconds.toFixed(1)}s)`;
      return `[${progress.done}/${progress.jobs}] ${event.name} ${how}`;
    }
    case "failed":
      progress.running.delete(event.name);
      return `[${progress.done}/${progress.jobs}] ${event.name} FAILED`;
  }
}

/**
 * Draws what is running as a block of lines for a live terminal.
 *
 * @param progress The state
 * @param now The time, in milliseconds
 * @param width The terminal's width in columns
 * @returns The lines, each at most `width` long
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const progress = newProgress();
 * update(progress, { type: "start", jobs: 2 }, 0);
 * update(progress, { type: "job", name: "kernel", step: "make bzImage", at: 1 }, 0);
 * assert.deepEqual(draw(progress, 61_000, 40), ["[0/2] 1 running", "  kernel: make bzImage 1m01s"]);
 * ```
 */
export function draw(progress: Progress, now: number, width: number): string[] {
  const lines = [`[${progress.done}/${progress.jobs}] ${progress.running.size} running`];
  for (const { text, since } of progress.running.values()) {
    const seconds = Math.floor((now - since) / 1000);
    const time = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
    const room = width - time.length - 3;
    lines.push(`  ${text.length > room ? `${text.slice(0, room - 1)}…` : text} ${time}`);
  }
  return lines;
}
