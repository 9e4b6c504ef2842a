import { O_NOCTTY, O_NONBLOCK, O_WRONLY, open, pendingOutput, write } from "../../ffi/mod.ts";

/** Where consoles are found. */
export interface ConsolePlaces {
  /** The file that lists the kernel's consoles. */
  activeConsoles: string;
  /** The directory of the consoles. */
  devices: string;
}

/** A console that is written to without ever waiting. */
export interface Terminal {
  /** Whether a picture can be drawn on it: it is not a file. */
  draws: boolean;
  /** Writes text, and drops what is not taken. */
  write(text: string): void;
  /** Writes text if there is room for all of it, and says whether. */
  offer(text: string): boolean;
  /** How many bytes it has still to send. */
  unsent(): number;
}

/** Standard error: where PID 1 speaks as long as nothing else could be opened. */
const STDERR = 2;

/** A terminal with no more than this to send takes as much again: a serial port's buffer is a page. */
const ROOM = 2048;

const encoder = new TextEncoder();

/**
 * Opens a file for writing without ever waiting, if it can be.
 *
 * @param path The file.
 * @returns Its descriptor, or nothing.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(openSink("/nowhere"), undefined);
 * ```
 */
export function openSink(path: string): number | undefined {
  try {
    return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * Writes text and drops what the file does not take: a stuck console must not
 * hold PID 1.
 *
 * @param fd The file's descriptor.
 * @param text The text.
 *
 * @example Usage
 * ```ts
 * offer(-1, "nobody reads this");
 * ```
 */
export function offer(fd: number, text: string): void {
  try {
    write(fd, encoder.encode(text));
  } catch {
    // There is no other place to complain in.
  }
}

/** The bytes the terminal `fd` has still to send, or nothing when it is no terminal. */
function unsent(fd: number): number | undefined {
  try {
    return pendingOutput(fd);
  } catch {
    return undefined;
  }
}

/** A console by its descriptor. */
function terminal(fd: number): Terminal {
  return {
    draws: unsent(fd) !== undefined,
    write: (text) => offer(fd, text),
    offer(text) {
      if ((unsent(fd) ?? 0) > ROOM) return false;
      offer(fd, text);
      return true;
    },
    unsent: () => unsent(fd) ?? 0,
  };
}

/**
 * Opens the consoles that can be written to; standard error when there is none.
 *
 * @param places Where they are.
 * @returns The consoles. Opening never fails.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(openTerminals({ activeConsoles: "/nowhere", devices: "/nowhere" }).length, 1);
 * ```
 */
export function openTerminals(places: ConsolePlaces): Terminal[] {
  let names: string[] = [];
  try {
    names = Deno.readTextFileSync(places.activeConsoles).trim().split(/\s+/);
  } catch {
    // Before /sys is mounted, standard error is the kernel's console.
  }
  const consoles = names.map((name) => openSink(`${places.devices}/${name}`)).filter((fd) => fd !== undefined);
  return (consoles.length > 0 ? consoles : [STDERR]).map(terminal);
}
