/**
 * D-Bus values as bytes, little-endian, as in "Marshaling" of https://dbus.freedesktop.org/doc/dbus-specification.html.
 *
 * @module
 */

/** A value; a variant is the value it holds, a struct or an array an array. */
export type Value = number | bigint | boolean | string | Value[];

/** How deeply containers may lie in each other: twice 32 in the specification, but nobody here sends even two. */
const DEEPEST = 16;

/** The greatest alignment, that of structs and numbers of eight bytes. */
const ALIGNMENT: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, "(": 8, "{": 8 },
};

/** Bytes that are no D-Bus message: the connection is closed, as the specification wants. */
export class WireError extends SyntaxError {
  /** The error's name. */
  override name = "WireError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The end of the first complete type of `signature` at `at`; it must be one that can be read. */
function endOfType(signature: string, at: number, depth = 0): number {
  const code = signature[at] ?? "";
  if (depth > DEEPEST || !(code in ALIGNMENT)) throw new WireError(`Cannot read the signature "${signature}"`);
  if (code === "a") return endOfType(signature, at + 1, depth + 1);
  if (code !== "(" && code !== "{") return at + 1;
  const close = code === "(" ? ")" : "}";
  let next = endOfType(signature, at + 1, depth + 1);
  while (signature[next] !== close) next = endOfType(signature, next, depth + 1);
  return next + 1;
}

/**
 * Reads values, and takes nothing on trust: each length and each padding byte is looked at.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const reader = new WireReader(new Uint8Array([2, 0, 0, 0, 104, 105, 0]));
 * assert.deepEqual(reader.read("s"), ["hi"]);
 * assert.throws(() => reader.read("s"), WireError);
 * ```
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /**
   * Begins to read.
   *
   * @param bytes What is read, to its end; alignment counts from its beginning.
   * @param at Where to begin.
   */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** Whether all has been read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /**
   * Reads values of the types that a signature lists.
   *
   * @param signature The signature.
   * @returns The values.
   * @throws {WireError} If the signature or the bytes are not what the specification says.
   */
  read(signature: string): Value[] {
    const values: Value[] = [];
    for (let at = 0; at < signature.length;) {
      const end = endOfType(signature, at);
      values.push(this.#value(signature.slice(at, end), 0));
      at = end;
    }
    return values;
  }

  /** Moves on to where a value of the type `code` may begin. */
  align(alignment: number): void {
    while (this.#at % alignment !== 0) {
      if (this.#take(1)[0] !== 0) throw new WireError("Cannot read a message: its padding is not zero");
    }
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new WireError("Cannot read a message: a value ends behind it");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** The place of a number of `size` bytes. */
  #number(size: number): number {
    this.#take(size);
    return this.#at - size;
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    if (this.#take(1)[0] !== 0 || bytes.includes(0)) {
      throw new WireError("Cannot read a text: it is not ended by a NUL");
    }
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new WireError("Cannot read a text: it is not UTF-8", { cause });
    }
  }

  /** Reads one value of one complete type. */
  #value(type: string, depth: number): Value {
    if (depth > DEEPEST) throw new WireError("Cannot read a message: its variants lie too deep");
    const code = type[0]!;
    this.align(ALIGNMENT[code]!);
    switch (code) {
      case "y":
        return this.#take(1)[0]!;
      case "b":
        return this.#boolean();
      case "n":
        return this.#view.getInt16(this.#number(2), true);
      case "q":
        return this.#view.getUint16(this.#number(2), true);
      case "i":
        return this.#view.getInt32(this.#number(4), true);
      case "u":
      case "h":
        return this.#view.getUint32(this.#number(4), true);
      case "x":
        return this.#view.getBigInt64(this.#number(8), true);
      case "t":
        return this.#view.getBigUint64(this.#number(8), true);
      case "d":
        return this.#view.getFloat64(this.#number(8), true);
      case "s":
      case "o":
        return this.#text(this.#view.getUint32(this.#number(4), true));
      case "g":
        return this.#text(this.#take(1)[0]!);
      case "v":
        return this.#variant(depth);
      case "a":
        return this.#array(type.slice(1), depth);
      default:
        return this.#members(type.slice(1, -1), depth);
    }
  }

  #boolean(): boolean {
    const value = this.#view.getUint32(this.#number(4), true);
    if (value > 1) throw new WireError(`Cannot read the boolean ${value}`);
    return value === 1;
  }

  #variant(depth: number): Value {
    const type = this.#text(this.#take(1)[0]!);
    if (endOfType(type, 0) !== type.length) throw new WireError(`Cannot read a variant of the types "${type}"`);
    return this.#value(type, depth + 1);
  }

  #array(type: string, depth: number): Value[] {
    const length = this.#view.getUint32(this.#number(4), true);
    this.align(ALIGNMENT[type[0]!]!);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError("Cannot read an array: it ends behind the message");
    const values: Value[] = [];
    while (this.#at < end) values.push(this.#value(type, depth + 1));
    if (this.#at !== end) throw new WireError("Cannot read an array: its last element ends behind it");
    return values;
  }

  #members(types: string, depth: number): Value[] {
    const values: Value[] = [];
    for (let at = 0; at < types.length;) {
      const end = endOfType(types, at);
      values.push(this.#value(types.slice(at, end), depth + 1));
      at = end;
    }
    return values;
  }
}

/**
 * Writes values of the few types that are sent here.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = new WireWriter().string("hi").bytes();
 * assert.deepEqual([...bytes], [2, 0, 0, 0, 104, 105, 0]);
 * ```
 */
export class WireWriter {
  readonly #bytes: number[] = [];

  /** Pads with zeros up to a multiple of `alignment`. */
  align(alignment: number): this {
    while (this.#bytes.length % alignment !== 0) this.#bytes.push(0);
    return this;
  }

  /** Writes a `y`. */
  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  /** Writes a `u`, a `b` or an `h`. */
  uint32(value: number): this {
    this.align(4).#bytes.push(...new Uint8Array(new Uint32Array([value]).buffer));
    return this;
  }

  /** Writes a `t`. */
  uint64(value: bigint): this {
    this.align(8).#bytes.push(...new Uint8Array(new BigUint64Array([value]).buffer));
    return this;
  }

  /** Writes an `s` or an `o`. */
  string(value: string): this {
    const bytes = encoder.encode(value);
    this.uint32(bytes.length).#bytes.push(...bytes, 0);
    return this;
  }

  /** Writes a `g`. */
  signature(value: string): this {
    this.#bytes.push(value.length, ...encoder.encode(value), 0);
    return this;
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    return this;
  }

  /** What was written. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes);
  }
}
