/**
 * D-Bus messages: "Message Format" of https://dbus.freedesktop.org/doc/dbus-specification.html.
 *
 * @module
 */

import { type Value, WireError, WireReader, WireWriter } from "./wire.ts";

/** The longest message that is read, in bytes; kubelet's are some 300. */
export const LONGEST_MESSAGE: number = 64 * 1024;

/** What a message is. */
export const MESSAGE_TYPE = { call: 1, reply: 2, error: 3, signal: 4 } as const;

/** The flag of a call that wants no reply. */
export const NO_REPLY_EXPECTED = 1;

/** The bytes before the array of header fields ends its own length. */
const FIXED = 16;
const LITTLE_ENDIAN = 0x6c; // "l"
const VERSION = 1;

/** Header fields by number: their name here and their type. */
const FIELDS: Readonly<Record<number, { name: keyof MessageFields; type: "s" | "o" | "g" | "u" }>> = {
  1: { name: "path", type: "o" },
  2: { name: "interface", type: "s" },
  3: { name: "member", type: "s" },
  4: { name: "errorName", type: "s" },
  5: { name: "replySerial", type: "u" },
  6: { name: "destination", type: "s" },
  7: { name: "sender", type: "s" },
  8: { name: "signature", type: "g" },
  9: { name: "descriptors", type: "u" },
};

/** The header fields of a message. */
export interface MessageFields {
  /** The object. */
  path?: string;
  /** The interface of its method or signal. */
  interface?: string;
  /** The method or signal. */
  member?: string;
  /** The error's name, in an error. */
  errorName?: string;
  /** The call that this answers. */
  replySerial?: number;
  /** Whom it is for. */
  destination?: string;
  /** Whom it is from. */
  sender?: string;
  /** The types of the body. */
  signature?: string;
  /** How many descriptors come with it. */
  descriptors?: number;
}

/** A message. */
export interface Message extends MessageFields {
  /** One of {@linkcode MESSAGE_TYPE}. */
  type: number;
  /** Flags, joined. */
  flags: number;
  /** Its number, given by the sender; not 0. */
  serial: number;
  /** Its body, as bytes; alignment counts from its beginning. */
  body: Uint8Array;
}

/** Up to a multiple of 8. */
function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/**
 * Says how long the message is that `bytes` begins with.
 *
 * @param bytes What has been received of it.
 * @returns Its length, or nothing as long as that cannot be told.
 * @throws {WireError} If it is no message, or longer than {@linkcode LONGEST_MESSAGE}.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(messageLength(new Uint8Array([0x6c])), undefined);
 * assert.throws(() => messageLength(new Uint8Array([0x42])), { name: "WireError" });
 * ```
 */
export function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length > 0 && bytes[0] !== LITTLE_ENDIAN) {
    throw new WireError("Cannot read a message: it is not little-endian");
  }
  if (bytes.length > 3 && bytes[3] !== VERSION) {
    throw new WireError(`Cannot read a message of version ${bytes[3]} of the protocol`);
  }
  if (bytes.length < FIXED) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [body, fields] = [view.getUint32(4, true), view.getUint32(12, true)];
  const length = padded(FIXED + fields) + body;
  if (length > LONGEST_MESSAGE) {
    throw new WireError(`Cannot read a message of ${length} bytes: the longest has ${LONGEST_MESSAGE}`);
  }
  return length;
}

/** Checks a header field and notes it; one that nobody knows is passed over, as the specification wants. */
function noteField(message: Message, code: number, value: Value): void {
  const field = FIELDS[code];
  if (field === undefined) return;
  const isRight = field.type === "u" ? typeof value === "number" : typeof value === "string";
  if (!isRight) {
    throw new WireError(`Cannot read the header field ${field.name}: it has another type`);
  }
  Object.assign(message, { [field.name]: value });
}

/**
 * Reads one whole message.
 *
 * @param bytes The message, as long as {@linkcode messageLength} said.
 * @returns The message.
 * @throws {WireError} If it is none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = encodeMessage({ type: MESSAGE_TYPE.call, serial: 1, path: "/", member: "Hello" });
 * assert.equal(decodeMessage(bytes).member, "Hello");
 * ```
 */
export function decodeMessage(bytes: Uint8Array): Message {
  if (messageLength(bytes) !== bytes.length) throw new WireError("Cannot read a message: it is not whole");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyAt = bytes.length - view.getUint32(4, true);
  const message: Message = {
    type: bytes[1]!,
    flags: bytes[2]!,
    serial: view.getUint32(8, true),
    body: bytes.subarray(bodyAt),
  };
  if (message.type === 0 || message.serial === 0) throw new WireError("Cannot read a message: its type or number is 0");
  const reader = new WireReader(bytes.subarray(0, bodyAt), FIXED - 4);
  for (const field of reader.read("a(yv)")[0] as Value[]) {
    const [code, value] = field as [number, Value];
    noteField(message, code, value);
  }
  reader.align(8);
  return message;
}

/**
 * Reads a message's body.
 *
 * @param message The message.
 * @param signature The types it should have.
 * @returns Its values, or nothing when it has other types.
 * @throws {WireError} If its bytes are not of those types.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const body = new Uint8Array([2, 0, 0, 0, 104, 105, 0]);
 * const message = decodeMessage(encodeMessage({ type: 4, serial: 1, signature: "s", body }));
 * assert.deepEqual(readBody(message, "s"), ["hi"]);
 * assert.equal(readBody(message, "ss"), undefined);
 * ```
 */
export function readBody(message: Message, signature: string): Value[] | undefined {
  if ((message.signature ?? "") !== signature) return undefined;
  const reader = new WireReader(message.body);
  const values = reader.read(signature);
  if (!reader.done) throw new WireError("Cannot read a message: its body is longer than its signature says");
  return values;
}

/**
 * Writes a message.
 *
 * @param message What it shall be; without flags it has none, without a body none.
 * @returns Its bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(encodeMessage({ type: MESSAGE_TYPE.reply, serial: 1, replySerial: 7 }).length, 24);
 * ```
 */
export function encodeMessage(
  message: MessageFields & Pick<Message, "type" | "serial"> & Partial<Pick<Message, "flags" | "body">>,
): Uint8Array<ArrayBuffer> {
  const body = message.body ?? new Uint8Array();
  const fields = new WireWriter();
  for (const [code, { name, type }] of Object.entries(FIELDS)) {
    const value = message[name];
    if (value === undefined) continue;
    fields.align(8).byte(Number(code)).signature(type);
    if (type === "u") fields.uint32(Number(value));
    else if (type === "g") fields.signature(String(value));
    else fields.string(String(value));
  }
  return new WireWriter()
    .byte(LITTLE_ENDIAN).byte(message.type).byte(message.flags ?? 0).byte(VERSION)
    .uint32(body.length).uint32(message.serial)
    .uint32(fields.bytes().length).raw(fields.bytes())
    .align(8).raw(body).bytes();
}
