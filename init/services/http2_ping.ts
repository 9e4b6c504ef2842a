import { doneWithin } from "../done_within.ts";

/** What a client says first, and an empty SETTINGS frame: RFC 9113, 3.4 and 4.1. */
const PREFACE = new Uint8Array([
  ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  ...[0, 0, 0], // no payload
  4, // SETTINGS
  0, // no flags
  ...[0, 0, 0, 0], // the connection itself
]);

/** The length of a frame's header, and where its type stands. */
const HEADER = { size: 9, type: 3 };

/** The type of the frame with which a server begins. */
const SETTINGS = 4;

/** Says what a client says, and reads the header of the first frame that is answered. */
async function greet(connection: Deno.UnixConn): Promise<boolean> {
  for (let sent = 0; sent < PREFACE.length;) sent += await connection.write(PREFACE.subarray(sent));
  const header = new Uint8Array(HEADER.size);
  for (let length = 0; length < header.length;) {
    const read = await connection.read(header.subarray(length));
    if (read === null) return false;
    length += read;
  }
  return header[HEADER.type] === SETTINGS;
}

/**
 * Says whether an HTTP/2 server, as gRPC has one, answers on a Unix socket.
 *
 * That takes what each call to it takes: a server that accepts, and threads
 * that run. It does nothing there.
 *
 * @param path The socket.
 * @param seconds How long it may take.
 * @returns Whether it answered.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await answersHttp2("/nowhere.sock", 1), false);
 * ```
 */
export async function answersHttp2(path: string, seconds: number): Promise<boolean> {
  let connection: Deno.UnixConn | undefined;
  let over = false;
  let answered = false;
  const attempt = async () => {
    connection = await Deno.connect({ transport: "unix", path });
    if (over) return connection.close();
    answered = await greet(connection);
  };
  // What fails, and what is cut off by the close below, is no answer.
  await doneWithin(attempt().catch(() => {}), seconds);
  over = true;
  connection?.close();
  return answered;
}
