/**
 * What a step is, and what it may use while it runs.
 *
 * @module
 */
import type { Table } from "../table.ts";

/** One step of a job, parsed and ready to run. */
export interface Step {
  /** What it does, one line for the progress: `make bzImage`. */
  title: string;
  /** All that decides its result, for the job's key; it names the step's kind and its revision. */
  key: Record<string, unknown>;
  /** Jobs, sources and host tools it takes beside those the job lists. */
  implies?: { needs?: string[]; sources?: string[]; tools?: string[] };
  /**
   * Does it.
   *
   * @param bench The job's folders and its sandbox
   */
  run(bench: Bench): Promise<void>;
}

/** A kind of step: how its value in the build file becomes a {@linkcode Step}. */
export type StepParser = (table: Table) => Step;

/** What a running step works with. */
export interface Bench {
  /** The folder commands start in, as seen from inside the sandbox; `cd` changes it. */
  cwd: string;
  /** How many processors a command may use. */
  readonly processors: number;
  /**
   * Translates a path of the sandbox to the host's.
   *
   * @param inside The path, absolute or below the working folder
   * @returns The host's path
   */
  path(inside: string): string;
  /**
   * Runs a command in the sandbox.
   *
   * @param command The command and its arguments
   * @param env Environment beside the job's own
   * @throws {StepError} when it fails
   */
  run(command: readonly string[], env?: Record<string, string>): Promise<void>;
  /**
   * Adds a line to the job's log.
   *
   * @param line The line
   */
  log(line: string): Promise<void>;
}
