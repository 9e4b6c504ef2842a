/**
 * The errors the Build Tool tells its user about.
 *
 * @module
 */

/** What the user can mend: a message, and a hint that says what to do next. */
export class UserError extends Error {
  /** The class, as a stack shows it. */
  override name = "UserError";
  /** What to do next, one line. */
  readonly hint: string | undefined;

  /**
   * Makes the error.
   *
   * @param message What was being done, to what, and why it failed
   * @param hint What to do next
   * @param options The cause, as for every Error
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * assert.equal(new UserError("Cannot find gcc", "apt-get install gcc").hint, "apt-get install gcc");
   * ```
   */
  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** A build file that says something it should not, with the place. */
export class ConfigError extends UserError {
  /** The class, as a stack shows it. */
  override name = "ConfigError";
  /** The build file. */
  readonly file: string;
  /** The line, from 1, or nothing where there is none. */
  readonly line: number | undefined;

  /**
   * Makes the error.
   *
   * @param place The file and the line the message is about
   * @param message What is wrong
   * @param hint What to do next
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * const error = new ConfigError({ file: "build.toml", line: 3 }, 'Unknown key "stpes"', 'Did you mean "steps"?');
   * assert.equal(error.message, 'build.toml:3: Unknown key "stpes"');
   * ```
   */
  constructor(place: Place, message: string, hint?: string) {
    super(`${place.file}${place.line === undefined ? "" : `:${place.line}`}: ${message}`, hint);
    this.file = place.file;
    this.line = place.line;
  }
}

/** A place in a build file. */
export interface Place {
  /** The file's path as the user gave it. */
  file: string;
  /** The line, from 1. */
  line?: number | undefined;
}

/** A step that failed: its job, what it ran, its last lines and where the whole log is. */
export class StepError extends UserError {
  /** The class, as a stack shows it. */
  override name = "StepError";
  /** The job. */
  readonly job: string;
  /** The file that holds all the step printed. */
  readonly logPath: string;

  /**
   * Makes the error.
   *
   * @param job The job the step belongs to
   * @param step What the step did, as its title in the progress says it
   * @param options Why it failed, the log's path and its last lines
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * const error = new StepError("kernel", "make bzImage", { reason: "exit code 2", logPath: "/x/log", tail: ["no rule"] });
   * assert.match(error.message, /kernel: make bzImage: exit code 2\n {2}no rule/);
   * ```
   */
  constructor(
    job: string,
    step: string,
    options: { reason: string; logPath: string; tail: string[]; cause?: unknown },
  ) {
    const tail = options.tail.map((line) => `\n  ${line}`).join("");
    super(`${job}: ${step}: ${options.reason}${tail}`, `The whole log is ${options.logPath}`, { cause: options.cause });
    this.job = job;
    this.logPath = options.logPath;
  }
}
