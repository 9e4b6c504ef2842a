/**
 * Shows a build's progress: a live block on a terminal, plain lines elsewhere.
 *
 * @module
 */
import { draw, newProgress, type Report, update } from "./progress.ts";

/** A progress display; disposing of it leaves the terminal clean. */
export interface Display extends Disposable {
  /** Hears of the build's events. */
  report: Report;
}

/** How often the live block is drawn again, in milliseconds. */
const REDRAW_INTERVAL = 500;

/**
 * Starts a display on standard error: live when that is a terminal and NO_COLOR is not set.
 *
 * @returns The display
 *
 * @example Usage
 * ```ts
 * using display = startDisplay();
 * display.report({ type: "start", jobs: 1 });
 * ```
 */
export function startDisplay(): Display {
  return Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR") ? liveDisplay() : plainDisplay();
}

/** One line an event; jobs that are there already say so in their own line. */
function plainDisplay(): Display {
  const progress = newProgress();
  return {
    report: (event) => {
      const line = update(progress, event, Date.now());
      if (line !== undefined) write(`${line}\n`);
    },
    [Symbol.dispose]: () => {},
  };
}

/** Finished lines scroll by above a block of what is running. */
function liveDisplay(): Display {
  const progress = newProgress();
  let drawn = 0;
  const redraw = (finished?: string) => {
    const { columns } = Deno.consoleSize();
    const lines = draw(progress, Date.now(), columns);
    const up = drawn > 0 ? `\x1b[${drawn}A` : "";
    write(`${up}\x1b[J${finished === undefined ? "" : `${finished}\n`}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(redraw, REDRAW_INTERVAL);
  return {
    report: (event) => {
      const line = update(progress, event, Date.now());
      redraw(event.type === "job" || event.type === "fetch" ? undefined : line);
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (drawn > 0) write(`\x1b[${drawn}A\x1b[J`);
    },
  };
}

/** Writes to standard error. */
function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
