/**
 * Answers over HTTP: RFC 9112, with a body in JSON, after which the connection is closed.
 *
 * @module
 */

/** An answer. */
export interface Answer {
  /** The status: RFC 9110, 15. */
  status: number;
  /** What becomes JSON. */
  body: unknown;
  /** The methods that would do, with 405. */
  allow?: readonly string[];
}

/** The reason phrases of RFC 9110, 15, for what is sent here. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/**
 * Writes an answer.
 *
 * @param answer The answer.
 * @param options Whether it is to a HEAD request, which gets no body.
 * @returns Its bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = new TextDecoder().decode(encodeAnswer({ status: 200, body: { ok: true } }));
 * assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
 * assert.match(text, /\r\n\r\n\{"ok":true\}\n$/);
 * ```
 */
export function encodeAnswer(answer: Answer, options: { head?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const { status, body, allow } = answer;
  const encoder = new TextEncoder();
  const text = encoder.encode(`${JSON.stringify(body)}\n`);
  const head = encoder.encode(
    [
      `HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}`,
      "Content-Type: application/json",
      `Content-Length: ${text.length}`,
      ...allow ? [`Allow: ${allow.join(", ")}`] : [],
      "Cache-Control: no-store",
      "Connection: close",
      "\r\n",
    ].join("\r\n"),
  );
  if (options.head) return head;
  const bytes = new Uint8Array(head.length + text.length);
  bytes.set(head);
  bytes.set(text, head.length);
  return bytes;
}
