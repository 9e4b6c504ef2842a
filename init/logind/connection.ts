/**
 * One client of the bus: the handshake, its calls and their answers, in order.
 *
 * @module
 */

import { sendWithDescriptor } from "../../ffi/mod.ts";
import { doneWithin } from "../done_within.ts";
import type { RootClient } from "../control/root_listener.ts";
import { type Answer, answerCall, type BusState } from "./bus.ts";
import { beginHandshake, shakeHands } from "./handshake.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  MESSAGE_TYPE,
  type MessageFields,
  messageLength,
  NO_REPLY_EXPECTED,
} from "./message.ts";
import { WireError, WireWriter } from "./wire.ts";

/** How long a client may take for the handshake, and to take what it is sent, in seconds. */
const LIMIT = 10;

/** What a connection has to do with the others. */
export interface Exchange {
  /** The bus's own name, of 32 hexadecimal digits. */
  guid: string;
  /** The client's name, once it has said Hello. */
  name: string;
  /** What of the state of the bus is not this connection's. */
  state(): Pick<BusState, "delay" | "shuttingDown">;
  /** Reads kubelet's delay anew. */
  reload(): Promise<void>;
  /** Makes a lock; `give` hands its descriptor over. Without room there is none. */
  lock(give: (fd: number) => void): boolean;
}

/** A client. */
export interface Connection {
  /** Whether it wants to know when a shutdown begins. */
  watches(): boolean;
  /** Sends it a signal without a destination. */
  signal(fields: MessageFields, body: Uint8Array): Promise<void>;
  /** Serves it until it goes, or is cut off for what it sent. */
  serve(): Promise<void>;
}

/** Bytes that come in pieces. */
class Inbox {
  readonly #conn: Deno.Conn;
  readonly #piece = new Uint8Array(4096);
  #bytes = new Uint8Array();

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** What has come and not been used. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Waits for more; there is none when the client has gone. */
  async more(): Promise<boolean> {
    const length = await this.#conn.read(this.#piece);
    if (length === null) return false;
    const bytes = new Uint8Array(this.#bytes.length + length);
    bytes.set(this.#bytes);
    bytes.set(this.#piece.subarray(0, length), this.#bytes.length);
    this.#bytes = bytes;
    return true;
  }

  /** Drops what has been used. */
  use(count: number): void {
    this.#bytes = this.#bytes.slice(count);
  }
}

/**
 * Takes a client.
 *
 * @param client The client.
 * @param exchange What it has to do with the others.
 * @returns The connection, not yet served.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeof openConnection, "function");
 * ```
 */
export function openConnection(client: RootClient, exchange: Exchange): Connection {
  const { conn } = client;
  const inbox = new Inbox(conn);
  let name: string | undefined;
  let watches = false;
  let serial = 0;
  let sending: Promise<void> = Promise.resolve();

  /** Writes bytes after all that were to be written before; whoever does not take them is cut off. */
  function send(bytes: Uint8Array<ArrayBuffer>, first?: (bytes: Uint8Array<ArrayBuffer>) => number): Promise<void> {
    const write = async () => {
      for (let at = first?.(bytes) ?? 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    };
    sending = sending.then(async () => {
      const written = write();
      written.catch(() => {});
      if (!await doneWithin(written, LIMIT)) client.close();
    });
    return sending;
  }

  /** Shakes hands; what follows is messages. */
  async function beGreeted(): Promise<boolean> {
    const state = beginHandshake();
    while (await inbox.more()) {
      const { answer, used, next } = shakeHands(state, inbox.bytes, exchange.guid);
      inbox.use(used);
      if (answer !== "") await send(new TextEncoder().encode(answer));
      if (next !== "more") return next === "messages";
    }
    return false;
  }

  /** The next message, or nothing when the client has gone. */
  async function receive(): Promise<Message | undefined> {
    while (true) {
      const length = messageLength(inbox.bytes);
      if (length !== undefined && inbox.bytes.length >= length) {
        const message = decodeMessage(inbox.bytes.slice(0, length));
        inbox.use(length);
        return message;
      }
      if (!await inbox.more()) return undefined;
    }
  }

  /** Writes an answer as a message. */
  function encodeAnswer(call: Message, answer: Answer): Uint8Array<ArrayBuffer> {
    const common = { serial: ++serial, replySerial: call.serial, ...name !== undefined && { destination: name } };
    if ("error" in answer) {
      const body = new WireWriter().string(answer.text).bytes();
      return encodeMessage({ ...common, type: MESSAGE_TYPE.error, errorName: answer.error, signature: "s", body });
    }
    const { signature, body, effect } = answer;
    return encodeMessage({
      ...common,
      type: MESSAGE_TYPE.reply,
      ...signature !== undefined && { signature },
      ...body !== undefined && { body },
      ...effect === "lock" && { descriptors: 1 },
    });
  }

  /** Sends the answer to Inhibit, and a lock with it. */
  async function sendLock(call: Message, answer: Answer): Promise<void> {
    const bytes = encodeAnswer(call, answer);
    let given = false;
    await send(bytes, () => {
      let sent = 0;
      given = exchange.lock((lock) => sent = sendWithDescriptor(client.fd, bytes, lock));
      return given ? sent : bytes.length;
    });
    if (given) return;
    const error = "org.freedesktop.DBus.Error.LimitsExceeded";
    await send(encodeAnswer(call, { error, text: "There are too many locks" }));
  }

  /** Does what a call asks for. */
  async function handle(call: Message): Promise<void> {
    const answer = answerCall(call, { ...exchange.state(), name, nextName: exchange.name });
    const effect = "effect" in answer ? answer.effect : undefined;
    if (effect === "name") name = exchange.name;
    if (effect === "watch") watches = true;
    if (effect === "reload") await exchange.reload();
    if ((call.flags & NO_REPLY_EXPECTED) !== 0) return;
    if (effect === "lock") await sendLock(call, answer);
    else await send(encodeAnswer(call, answer));
  }

  return {
    watches: () => watches,
    signal: (fields, body) => send(encodeMessage({ ...fields, type: MESSAGE_TYPE.signal, serial: ++serial, body })),
    async serve() {
      const greeted = beGreeted();
      greeted.catch(() => {});
      if (!await doneWithin(greeted, LIMIT) || !await greeted) return;
      try {
        for (let message = await receive(); message !== undefined; message = await receive()) {
          if (message.type === MESSAGE_TYPE.call) await handle(message);
        }
      } catch (cause) {
        // What is no message ends the connection, as the specification wants; the client sees that.
        if (!(cause instanceof WireError)) throw cause;
      }
    },
  };
}
