/**
 * The head of an HTTP request: RFC 9112, sections 2 to 6, as much of it as a control socket needs. What is not
 * understood is refused, never guessed at.
 *
 * @module
 */

/** The longest head, in bytes: request line and header fields. */
export const LONGEST_HEAD: number = 8 * 1024;

/** The longest body, in bytes; it is read and thrown away. */
export const LONGEST_BODY: number = 64 * 1024;

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110, 5.5: visible characters, blanks, tabs, and what is not ASCII. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A request without its body. */
export interface RequestHead {
  /** The method, in capitals as a rule. */
  method: string;
  /** The target's path, its query cut off. */
  path: string;
  /** How many bytes of a body follow. */
  bodyLength: number;
  /** How many bytes the head itself has. */
  headLength: number;
}

/** Why a request is refused. */
export interface Refusal {
  /** The status: RFC 9110, 15. */
  status: number;
  /** What is wrong, and what to do. */
  error: string;
}

/** Thrown and caught here alone, so that the checks read as a list. */
class RefusedError extends SyntaxError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The end of the head in `bytes`, after its empty line, or -1. */
function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) {
    const next = bytes[at + 1] === 0x0d ? at + 2 : at + 1;
    if (bytes[next] === 0x0a) return next + 1;
  }
  return -1;
}

/** The path of a target in the forms that RFC 9112, 3.2, has for what is not a proxy or a tunnel. */
function pathOf(target: string): string {
  const [, path] = /^(?:http:\/\/[^/?#]*)?(\/[^?#]*)(?:\?[^#]*)?$/i.exec(target) ?? [];
  if (path === undefined) throw new RefusedError(400, `Cannot read the target "${target}": give a path, as in /status`);
  return path;
}

/** Reads the request line. */
function readRequestLine(line: string): { method: string; path: string; version: string } {
  const [, method = "", target = "", version = ""] = /^(\S+) (\S+) HTTP\/(\d\.\d)$/.exec(line) ?? [];
  if (!TOKEN.test(method)) {
    throw new RefusedError(400, 'Cannot read the request line: send one such as "GET /status HTTP/1.1"');
  }
  if (!version.startsWith("1.")) throw new RefusedError(505, `HTTP/${version} is not spoken here: use HTTP/1.1`);
  return { method, path: pathOf(target), version };
}

/** Reads the header fields, by their names in small letters; a name that comes twice has two values. */
function readFields(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]*):[\t ]*([^]*?)[\t ]*$/.exec(line) ?? [];
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
      throw new RefusedError(400, 'Cannot read a header field: send lines such as "Host: kios"');
    }
    const values = fields.get(name.toLowerCase()) ?? [];
    fields.set(name.toLowerCase(), [...values, value]);
  }
  return fields;
}

/** The length of the body: RFC 9112, 6.3. */
function bodyLength(fields: ReadonlyMap<string, string[]>): number {
  if (fields.has("transfer-encoding")) {
    throw new RefusedError(501, "A body in chunks is not read here: send none, or one with a Content-Length");
  }
  const [length = "0", ...more] = new Set(fields.get("content-length"));
  if (more.length > 0 || !/^\d+$/.test(length)) {
    throw new RefusedError(400, "Cannot read Content-Length: send one number");
  }
  if (Number(length) > LONGEST_BODY) {
    throw new RefusedError(413, `A body of ${length} bytes is too long: nothing here takes one, send none`);
  }
  return Number(length);
}

/** Reads a whole head. */
function readHead(bytes: Uint8Array): RequestHead {
  // Each byte is a character: a field may hold what is no UTF-8.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const [requestLine = "", ...fieldLines] = text.split(/\r?\n/).slice(0, -2);
  const { method, path, version } = readRequestLine(requestLine);
  const fields = readFields(fieldLines);
  if (version === "1.1" && fields.get("host")?.length !== 1) {
    throw new RefusedError(400, 'A request in HTTP/1.1 has one Host: send "Host: kios"');
  }
  return { method, path, bodyLength: bodyLength(fields), headLength: bytes.length };
}

/**
 * Reads the head of a request out of what has been received of it.
 *
 * @param bytes What has been received.
 * @returns The head, or why it is refused, or nothing as long as its end has not come.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const read = (text: string) => parseHead(new TextEncoder().encode(text));
 * assert.equal(read("GET /status HTTP/1.1\r\nHost:"), undefined);
 * assert.deepEqual(read("GET /status?x HTTP/1.1\r\nHost: kios\r\n\r\n"), {
 *   method: "GET",
 *   path: "/status",
 *   bodyLength: 0,
 *   headLength: 38,
 * });
 * assert.deepEqual(read("GET /status HTTP/2.0\r\n\r\n"), {
 *   status: 505,
 *   error: "HTTP/2.0 is not spoken here: use HTTP/1.1",
 * });
 * ```
 */
export function parseHead(bytes: Uint8Array): RequestHead | Refusal | undefined {
  // An empty line or two before a request is passed over: RFC 9112, 2.2.
  let start = 0;
  while (start < 4 && (bytes[start] === 0x0d || bytes[start] === 0x0a)) start++;
  const end = endOfHead(bytes.subarray(start));
  if (end > LONGEST_HEAD || (end === -1 && bytes.length - start >= LONGEST_HEAD)) {
    return { status: 431, error: `The head of a request has at most ${LONGEST_HEAD} bytes: send fewer header fields` };
  }
  if (end === -1) return undefined;
  try {
    const head = readHead(bytes.subarray(start, start + end));
    return { ...head, headLength: start + end };
  } catch (cause) {
    if (cause instanceof RefusedError) return { status: cause.status, error: cause.message };
    throw cause;
  }
}
