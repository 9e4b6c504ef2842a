/**
 * The keys that are for the terminal, not for the node.
 *
 * @module
 */

/** What the user asks of the terminal itself. */
export type Wish = "power button" | "end";

const CTRL_A = 0x01;
const CTRL_C = 0x03;

/**
 * Parts what a user types into keys for the node and wishes to the terminal.
 *
 * Ctrl-C is the power button; Ctrl-A X ends at once, as in QEMU; Ctrl-A and any
 * other key is that key, so Ctrl-A Ctrl-C sends a Ctrl-C.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const keys = new Keys();
 * assert.deepEqual(keys.feed(new Uint8Array([0x68, 0x01])), {
 *   send: new Uint8Array([0x68]),
 *   wishes: [],
 * });
 * assert.deepEqual(keys.feed(new Uint8Array([0x78])).wishes, ["end"]);
 * ```
 */
export class Keys {
  #escaped = false;

  /**
   * Takes what was typed.
   *
   * @param typed The bytes, cut anywhere.
   * @returns What to send to the node, and what the user wishes.
   */
  feed(typed: Uint8Array): { send: Uint8Array<ArrayBuffer>; wishes: Wish[] } {
    const send: number[] = [];
    const wishes: Wish[] = [];
    for (const byte of typed) {
      if (this.#escaped) {
        this.#escaped = false;
        if (byte === 0x78 || byte === 0x58) wishes.push("end"); // x or X
        else send.push(byte);
      } else if (byte === CTRL_A) this.#escaped = true;
      else if (byte === CTRL_C) wishes.push("power button");
      else send.push(byte);
    }
    return { send: new Uint8Array(send), wishes };
  }
}
