/**
 * One request over one connection, and its answer; however the client behaves, both end.
 *
 * @module
 */

import { doneWithin } from "../../done_within.ts";
import { type Answer, encodeAnswer } from "./answer.ts";
import { LONGEST_HEAD, parseHead, type Refusal, type RequestHead } from "./request_head.ts";

/** How long a client may take, in seconds. */
export interface RequestLimits {
  /** To send its request. */
  request: number;
  /** To take the answer. */
  answer: number;
}

/** What kiOS gives its clients. */
export const REQUEST_LIMITS: RequestLimits = { request: 10, answer: 10 };

/** How long, and how much of, what a client still sends after the answer is thrown away, so that it reads the answer. */
const LINGER = { seconds: 1, bytes: 1024 * 1024 };

/** A connection's two directions; a `Deno.Conn` for one. */
export type Duplex = Pick<Deno.UnixConn, "read" | "write" | "closeWrite">;

/** Reads the head of a request, and its body away. Nothing means that the client has left before it said anything. */
async function receive(conn: Duplex): Promise<RequestHead | Refusal | undefined> {
  const bytes = new Uint8Array(2 * LONGEST_HEAD);
  let length = 0;
  let head: RequestHead | Refusal | undefined;
  while ((head = parseHead(bytes.subarray(0, length))) === undefined) {
    const count = await conn.read(bytes.subarray(length));
    if (count === null && length === 0) return undefined;
    if (count === null) return { status: 400, error: "The request ended early: end its head with an empty line" };
    length += count;
  }
  if ("error" in head) return head;
  for (let left = head.bodyLength - (length - head.headLength); left > 0;) {
    const count = await conn.read(bytes);
    if (count === null) return { status: 400, error: "The request ended early: its body is shorter than it said" };
    left -= count;
  }
  return head;
}

/** Sends all of an answer. */
async function send(conn: Duplex, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  await conn.closeWrite();
}

/** Throws away what a client still sends. */
async function drain(conn: Duplex): Promise<void> {
  const bytes = new Uint8Array(4096);
  for (let left = LINGER.bytes; left > 0;) {
    const count = await conn.read(bytes);
    if (count === null) return;
    left -= count;
  }
}

/**
 * Serves the one request that a connection carries.
 *
 * @param conn The connection; whoever opened it closes it.
 * @param respond Answers a request.
 * @param limits How long the client may take.
 * @returns A promise for the end, at the latest when the limits are over.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 * using listener = Deno.listen({ transport: "unix", path });
 * using client = await Deno.connect({ transport: "unix", path });
 * using conn = await listener.accept();
 * await client.write(new TextEncoder().encode("GET /status HTTP/1.0\r\n\r\n"));
 * await client.closeWrite();
 * await serveRequest(conn, () => Promise.resolve({ status: 200, body: "fine" }));
 * const bytes = new Uint8Array(1000);
 * const length = await client.read(bytes);
 * assert.match(new TextDecoder().decode(bytes.subarray(0, length!)), /^HTTP\/1\.1 200 OK\r\n[^]*"fine"\n$/);
 * ```
 */
export async function serveRequest(
  conn: Duplex,
  respond: (request: RequestHead) => Promise<Answer>,
  limits: RequestLimits = REQUEST_LIMITS,
): Promise<void> {
  const received = receive(conn);
  received.catch(() => {}); // once its time is over, closing the connection ends it
  const late = { status: 408, error: `Send the request within ${limits.request} s` };
  const head = await doneWithin(received, limits.request) ? await received : late;
  if (head === undefined) return;
  const refused = "error" in head;
  const answer = refused ? { status: head.status, body: { error: head.error } } : await respond(head);
  const sent = send(conn, encodeAnswer(answer, { head: !refused && head.method === "HEAD" }));
  sent.catch(() => {});
  if (!await doneWithin(sent, limits.answer) || !refused) return;
  const drained = drain(conn);
  drained.catch(() => {});
  await doneWithin(drained, LINGER.seconds);
}
