/**
 * How the command line tells of an error.
 *
 * @module
 */
import { CommanderError } from "commander";

/** Exit status for a command line that is wrong. */
const WRONG_USAGE = 2;

/** Exit status after Ctrl-C: 128 + SIGINT, as a shell has it. */
const INTERRUPTED = 130;

/**
 * Prints an error for people, on standard error: the message, and what to do next.
 *
 * @param error What was thrown
 * @param options Whether to show the stack
 * @returns The exit status
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(reportFailure(new TypeError("no"), { debug: false }), 1);
 * ```
 */
export function reportFailure(error: unknown, options: { debug: boolean }): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (error instanceof DOMException && error.name === "AbortError") {
    write("Interrupted; what was finished stays in the store\n");
    return INTERRUPTED;
  }
  if (!(error instanceof Error)) throw error;
  write(`Error: ${error.message}\n`);
  if ("hint" in error && typeof error.hint === "string") write(`  ${error.hint}\n`);
  if (options.debug) write(`${error.stack}\n`);
  return 1;
}

/** Writes to standard error. */
function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
