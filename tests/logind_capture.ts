/**
 * What the kubelet's own client says to logind, byte by byte, for tests of those who answer.
 *
 * @module
 */

/** One piece of the conversation. */
export interface Piece {
  /** Who says it. */
  from: "client" | "server";
  /** What. */
  bytes: Uint8Array<ArrayBuffer>;
}

const TEXT = Deno.readTextFileSync(new URL("./testdata/logind.txt", import.meta.url));

/** The conversation, in order. */
export const CAPTURE: readonly Piece[] = TEXT.split("\n").filter((line) => /^[CS] /.test(line)).map((line) => ({
  from: line[0] === "C" ? "client" : "server",
  bytes: Uint8Array.fromHex(line.slice(2)),
}));

/** What the client says before it sends messages. */
export const HANDSHAKE: readonly Piece[] = CAPTURE.slice(0, CAPTURE.findIndex(({ bytes }) => bytes[0] === 0x6c));

/** The messages of both, in order. */
export const MESSAGES: readonly Piece[] = CAPTURE.slice(HANDSHAKE.length);

/** The server's name on its bus, as it says in the handshake. */
export const GUID = "00112233445566778899aabbccddeeff";
