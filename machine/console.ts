/**
 * What a machine writes to its serial port, and waiting for words in it.
 *
 * @module
 */

/** A wait for a pattern that has not been seen yet. */
interface Waiter {
  pattern: string | RegExp;
  from: number;
  resolve(match: ConsoleMatch): void;
  reject(reason: Error): void;
}

/** What {@linkcode Console.expect} saw. */
export interface ConsoleMatch {
  /** The text that matched. */
  text: string;
  /** The groups of a regular expression, by number from 1. */
  groups: string[];
}

/**
 * Why a wait on a {@linkcode Console} ended without its pattern.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(new ConsoleWaitError("5 s passed").message, "5 s passed");
 * ```
 */
export class ConsoleWaitError extends Error {
  /** Tells it from other errors in a stack. */
  override readonly name = "ConsoleWaitError";
}

/**
 * Terminal control sequences (ECMA-48 5.4): CSI ... final byte, OSC ... BEL,
 * and two-byte escapes; and the carriage return. Before all, a row of the
 * picture a node draws at the top of its console: go there, text, clear the
 * rest. It is no line that was written once, and would be found again and again.
 */
const CONTROL =
  // deno-lint-ignore no-control-regex
  /\x1b\[\d+;1H[^\x00-\x1f]*\x1b\[K|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_=>78]|\r/g;

/** The beginning of a sequence, or of a row of the picture, whose end has not come. */
// deno-lint-ignore no-control-regex
const UNFINISHED = /\x1b\[\d+;1H[^\x00-\x1f]*(?:\x1b\[?)?$|\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?$/;

/**
 * The text of a console, without control sequences, and those who wait for it.
 *
 * Each match moves a cursor: the next wait begins after it. A string is found as
 * soon as it is there; a regular expression sees whole lines only, so that it
 * never matches half a number.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const console = new Console();
 * const seen = console.expect(/address (\S+)\n/, { timeout: 1000 });
 * console.feed("eth0: address 10.0.");
 * console.feed("2.15\n");
 * assert.deepEqual((await seen).groups, ["10.0.2.15"]);
 * ```
 */
export class Console {
  #text = "";
  #pending = "";
  #cursor = 0;
  #waiters = new Set<Waiter>();
  #ended: ConsoleWaitError | undefined;

  /** All that was written so far, without control sequences. */
  get text(): string {
    return this.#text;
  }

  /** Why nothing more will come, once {@linkcode Console.end} has said so. */
  get ended(): ConsoleWaitError | undefined {
    return this.#ended;
  }

  /**
   * Takes what the machine wrote.
   *
   * @param chunk The next piece, cut anywhere.
   */
  feed(chunk: string): void {
    const raw = this.#pending + chunk;
    const unfinished = UNFINISHED.exec(raw)?.index ?? raw.length;
    this.#pending = raw.slice(unfinished);
    this.#text += raw.slice(0, unfinished).replace(CONTROL, "");
    for (const waiter of this.#waiters) this.#try(waiter);
  }

  /**
   * Says that nothing more will come; who still waits is told why.
   *
   * @param reason What happened, as in "QEMU exited with 0".
   */
  end(reason: string): void {
    this.#ended ??= new ConsoleWaitError(reason);
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.reject(this.#ended);
    }
  }

  /**
   * Waits until the console has shown something.
   *
   * @param pattern A text, or a regular expression for whole lines.
   * @param options The deadline in milliseconds.
   * @returns What was found.
   * @throws {ConsoleWaitError} If the deadline passed or the console ended.
   */
  async expect(
    pattern: string | RegExp,
    options: { timeout: number },
  ): Promise<ConsoleMatch> {
    const { promise, resolve, reject } = Promise.withResolvers<ConsoleMatch>();
    const waiter = { pattern, from: this.#cursor, resolve, reject };
    this.#waiters.add(waiter);
    const timer = setTimeout(
      () => reject(new ConsoleWaitError(`${options.timeout / 1000} s passed`)),
      options.timeout,
    );
    try {
      this.#try(waiter);
      if (this.#ended !== undefined && this.#waiters.has(waiter)) {
        reject(this.#ended);
      }
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** Answers `waiter` if its pattern is there. */
  #try(waiter: Waiter): void {
    const found = find(this.#text, waiter.pattern, waiter.from);
    if (found === undefined) return;
    this.#waiters.delete(waiter);
    this.#cursor = Math.max(this.#cursor, found.end);
    waiter.resolve(found.match);
  }
}

/** The first place of `pattern` in `text` at or after `from`. */
function find(
  text: string,
  pattern: string | RegExp,
  from: number,
): { match: ConsoleMatch; end: number } | undefined {
  if (typeof pattern === "string") {
    const index = text.indexOf(pattern, from);
    if (index === -1) return undefined;
    return {
      match: { text: pattern, groups: [] },
      end: index + pattern.length,
    };
  }
  // Neither g nor y: they would remember a place in an earlier text.
  const once = new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""));
  const lines = text.slice(from, text.lastIndexOf("\n") + 1);
  const found = once.exec(lines);
  if (found === null) return undefined;
  const [all, ...groups] = found;
  return {
    match: { text: all, groups: groups.map((group) => group ?? "") },
    end: from + found.index + all.length,
  };
}
