/**
 * What can go wrong outside the node: a tool of the host that is missing, and
 * a machine that did not do what was waited for.
 *
 * @module
 */

/**
 * A program or file that the host lacks.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = new MissingToolError("mcopy", "mtools");
 * assert.equal(error.hint, "On Debian: apt install mtools");
 * ```
 */
export class MissingToolError extends Error {
  /** Tells it from other errors in a stack. */
  override readonly name = "MissingToolError";
  /** What to do about it. */
  readonly hint: string;

  /**
   * Names the tool and who brings it.
   *
   * @param tool The program or file that was looked for.
   * @param debianPackage The Debian package that holds it.
   */
  constructor(readonly tool: string, readonly debianPackage: string) {
    super(`Cannot find "${tool}" on this host`);
    this.hint = `On Debian: apt install ${debianPackage}`;
  }
}

/**
 * A machine that did not do what was waited for; its console is in a file.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = new MachineError('Cannot see "ready": 5 s passed', {
 *   consoleText: "Linux\nkios[1.00] init started\n",
 *   logPath: "out/vm/node.log",
 * });
 * assert.match(error.message, /init started/);
 * assert.match(error.message, /out\/vm\/node.log/);
 * ```
 */
export class MachineError extends Error {
  /** Tells it from other errors in a stack. */
  override readonly name = "MachineError";
  /** The file that holds the whole console. */
  readonly logPath: string;

  /**
   * Adds the console's last lines and its file to the message.
   *
   * @param message What could not be done and why.
   * @param options The console so far, the file it was saved to, and the cause.
   */
  constructor(
    message: string,
    options: { consoleText: string; logPath: string; cause?: unknown },
  ) {
    const lines = options.consoleText.trimEnd().split("\n").slice(-LAST_LINES).map((line) => `  | ${line}`);
    const seen = options.consoleText === "" ? [] : [...lines, `  The whole console: ${options.logPath}`];
    super([message, ...seen].join("\n"), { cause: options.cause });
    this.logPath = options.logPath;
  }
}

/** How much of the console an error repeats: about a screen. */
const LAST_LINES = 25;
