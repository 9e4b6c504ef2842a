/**
 * The beginning of a D-Bus connection: "Authentication Protocol" of
 * https://dbus.freedesktop.org/doc/dbus-specification.html, as much of it as a client needs whom the kernel has
 * named already.
 *
 * @module
 */

/** The longest line, in bytes; the longest that is sent is `AUTH EXTERNAL` and a user's number. */
const LONGEST_LINE = 256;

/** The most lines before BEGIN; godbus sends four. */
const MOST_LINES = 16;

/** Where a handshake is. */
export interface Handshake {
  /** Whether the NUL that begins it has come. */
  begun: boolean;
  /** How many lines have come. */
  lines: number;
  /** Whether the client still owes the data of the way it chose to say who it is. */
  asked: boolean;
  /** Whether the client has been let in. */
  accepted: boolean;
}

/** What a piece of a handshake leads to. */
export interface HandshakeStep {
  /** What is sent back. */
  answer: string;
  /** How many bytes were used up. */
  used: number;
  /** What is next: more of it, messages, or the connection's end. */
  next: "more" | "messages" | "end";
}

/**
 * Begins a handshake.
 *
 * @returns Its first state.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = "\0AUTH EXTERNAL 30\r\nBEGIN\r\n";
 * const step = shakeHands(beginHandshake(), new TextEncoder().encode(text), "00ff");
 * assert.deepEqual(step, { answer: "OK 00ff\r\n", used: text.length, next: "messages" });
 * ```
 */
export function beginHandshake(): Handshake {
  return { begun: false, lines: 0, asked: false, accepted: false };
}

/** Lets the client in. */
function accept(state: Handshake, guid: string): string {
  state.asked = false;
  state.accepted = true;
  return `OK ${guid}\r\n`;
}

/** The answer to one line. */
function answerLine(state: Handshake, line: string, guid: string): string {
  const [command, mechanism, response] = line.split(" ");
  if (command === "AUTH" && mechanism === "EXTERNAL") {
    if (response !== undefined) return accept(state, guid);
    state.asked = true;
    return "DATA\r\n";
  }
  if (command === "DATA" && state.asked) return accept(state, guid);
  if (command === "NEGOTIATE_UNIX_FD" && state.accepted) return "AGREE_UNIX_FD\r\n";
  if (command === "AUTH" || command === "CANCEL" || command === "ERROR") {
    state.asked = state.accepted = false;
    return "REJECTED EXTERNAL\r\n";
  }
  return "ERROR\r\n";
}

/**
 * Takes what a client has sent of its handshake.
 *
 * The client is root, or it would not have come here, so what it says about itself is not looked at.
 *
 * @param state Where the handshake is; it is moved on.
 * @param bytes What was received and not used yet.
 * @param guid The server's name, 32 hexadecimal digits.
 * @returns What that leads to.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const step = shakeHands(beginHandshake(), new TextEncoder().encode("GET / HTTP/1.1\r\n"), "00ff");
 * assert.equal(step.next, "end");
 * ```
 */
export function shakeHands(state: Handshake, bytes: Uint8Array, guid: string): HandshakeStep {
  let [answer, used] = ["", 0];
  if (!state.begun && bytes.length > 0) {
    if (bytes[0] !== 0) return { answer, used, next: "end" };
    state.begun = true;
    used = 1;
  }
  while (true) {
    const end = bytes.subarray(used, used + LONGEST_LINE).findIndex((byte, at, line) =>
      byte === 0x0d && line[at + 1] === 0x0a
    );
    if (end === -1) return { answer, used, next: bytes.length - used >= LONGEST_LINE ? "end" : "more" };
    const line = new TextDecoder("latin1").decode(bytes.subarray(used, used + end));
    used += end + 2;
    if (++state.lines > MOST_LINES) return { answer, used, next: "end" };
    if (line === "BEGIN") return { answer, used, next: state.accepted ? "messages" : "end" };
    answer += answerLine(state, line, guid);
  }
}
