/**
 * The QEMU Machine Protocol: one JSON object a line, over a Unix socket.
 *
 * https://www.qemu.org/docs/master/interop/qmp-spec.html
 *
 * @module
 */

/**
 * Why QEMU refused a command.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(new QmpError("No such device").name, "QmpError");
 * ```
 */
export class QmpError extends Error {
  /** Tells it from other errors in a stack. */
  override readonly name = "QmpError";
}

/** What QEMU sends: a greeting, the answer to a command, or an event. */
export interface QmpMessage {
  /** The number of the command that this answers. */
  id?: number;
  /** The answer of a command that worked. */
  return?: unknown;
  /** Why a command failed. */
  error?: string;
  /** The name of an event. */
  event?: string;
}

/**
 * Reads one line of the protocol.
 *
 * @param line The line.
 * @returns What of it matters here.
 * @throws {SyntaxError} If it is not JSON.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = '{"id":1,"error":{"class":"GenericError","desc":"No"}}';
 * assert.deepEqual(parseMessage(line), { id: 1, error: "No" });
 * ```
 */
export function parseMessage(line: string): QmpMessage {
  const json: unknown = JSON.parse(line);
  const message: QmpMessage = {};
  if (!isRecord(json)) return message;
  if (typeof json.id === "number") message.id = json.id;
  if (typeof json.event === "string") message.event = json.event;
  if (isRecord(json.error)) message.error = String(json.error.desc);
  if ("return" in json) message.return = json.return;
  return message;
}

/** Whether `value` is an object with names. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A connection that carries the protocol, a `Deno.Conn` for one. */
export interface QmpConnection {
  /** What QEMU writes. */
  readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What we write. */
  writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * One side of the protocol: commands go out, answers come back by their number.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A QEMU that answers every command with nothing.
 * const there = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const answers = there.readable.pipeThrough(
 *   new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
 *     transform(chunk, out) {
 *       const { id } = JSON.parse(new TextDecoder().decode(chunk));
 *       out.enqueue(new TextEncoder().encode(`{"return":{},"id":${id}}\n`));
 *     },
 *   }),
 * );
 * const qmp = new Qmp({ readable: answers, writable: there.writable });
 * assert.deepEqual(await qmp.execute("system_powerdown"), {});
 * await qmp.close();
 * ```
 */
export class Qmp {
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #reading: Promise<void>;

  /**
   * Takes over a connection; `qmp_capabilities` must be the first command.
   *
   * @param connection Both directions of it.
   */
  constructor(connection: QmpConnection) {
    this.#writer = connection.writable.getWriter();
    this.#reading = this.#read(connection.readable);
  }

  /**
   * Has QEMU do something.
   *
   * @param command The command's name.
   * @param args Its arguments.
   * @returns QEMU's answer.
   * @throws {QmpError} If QEMU refuses, or is gone.
   */
  async execute(
    command: string,
    args: Record<string, unknown> = {},
  ): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    answer.promise.catch(() => {}); // told below, or the write's failure is
    this.#waiting.set(id, answer);
    const line = JSON.stringify({ execute: command, arguments: args, id });
    try {
      await this.#writer.write(new TextEncoder().encode(`${line}\n`));
      return await answer.promise;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new QmpError(`Cannot execute "${command}": ${reason}`, { cause });
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {}); // QEMU may have closed it first
    await this.#reading;
  }

  /** Hands each answer to the command that waits for it, until the connection ends. */
  async #read(readable: ReadableStream<Uint8Array<ArrayBuffer>>) {
    let rest = "";
    try {
      for await (const text of readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#answer(parseMessage(line));
      }
    } catch {
      // A connection that is cut says the same as one that ends.
    }
    for (const { reject } of this.#waiting.values()) {
      reject(new QmpError("QEMU closed the connection"));
    }
  }

  /** Settles the command that `message` answers. */
  #answer(message: QmpMessage): void {
    if (message.id === undefined) return;
    const waiting = this.#waiting.get(message.id);
    if (message.error === undefined) waiting?.resolve(message.return);
    else waiting?.reject(new QmpError(message.error));
  }
}
