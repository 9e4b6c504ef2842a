import { draw, makeRoom, release } from "./picture.ts";
import type { Terminal } from "./terminals.ts";

/** A picture that is kept up to date on the consoles. */
export interface Display {
  /** Says that something may have changed. */
  changed(): void;
  /** Takes the picture back: from now on all lines scroll over the whole terminal. */
  end(): void;
}

/** What is shown, and how. */
export interface DisplayOptions {
  /** The lines to be shown now, as many each time. */
  lines(): string[];
  /** Counts again what the lines are made of. */
  refresh(): Promise<void>;
  /** How often to look for what has changed, in milliseconds. */
  interval: number;
  /** How long to wait for more to change before drawing, in milliseconds. */
  settle: number;
}

/** A terminal and what it shows; nothing before there is room for the first picture. */
interface Canvas {
  terminal: Terminal;
  shown?: string;
}

/**
 * Shows a picture at the top of terminals, and draws it again when it has
 * changed.
 *
 * A terminal that has not sent yet what it was given is drawn on later: half a
 * picture would leave the cursor somewhere in it.
 *
 * @param terminals The terminals; those that draw nothing are left alone.
 * @param options What is shown, and how.
 * @returns The display.
 *
 * @example Usage
 * ```ts
 * const display = showDisplay([], { lines: () => [], refresh: async () => {}, interval: 1000, settle: 10 });
 * display.end();
 * ```
 */
export function showDisplay(terminals: readonly Terminal[], options: DisplayOptions): Display {
  const canvases: Canvas[] = terminals.filter((terminal) => terminal.draws).map((terminal) => ({ terminal }));
  let ended = false;
  let soon: number | undefined;
  let refreshing: Promise<void> | undefined;

  /** Draws where something else is shown than should be. */
  function redraw(): void {
    if (ended) return;
    const lines = options.lines();
    const wanted = lines.join("\n");
    for (const canvas of canvases) {
      if (canvas.shown === wanted) continue;
      const room = canvas.shown === undefined ? makeRoom(lines.length) : "";
      if (canvas.terminal.offer(room + draw(lines))) canvas.shown = wanted;
    }
  }

  /** Counts again, one count at a time, and draws what came of it. */
  function look(): void {
    refreshing ??= options.refresh().catch(() => {}).finally(() => {
      refreshing = undefined;
      redraw();
    });
  }

  const timer = setInterval(look, options.interval);
  const display: Display = {
    changed() {
      if (ended || soon !== undefined) return;
      soon = setTimeout(() => {
        soon = undefined;
        redraw();
      }, options.settle);
    },
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      clearTimeout(soon);
      for (const canvas of canvases) if (canvas.shown !== undefined) canvas.terminal.write(release());
    },
  };
  look();
  return display;
}
