/**
 * A picture at the top of a terminal, below which all else scrolls: control
 * sequences of ECMA-48 and of the VT100, which Linux's console
 * (console_codes(4)) and every terminal emulator know.
 *
 * Nothing is asked of the terminal, for nobody may be there to answer.
 *
 * @module
 */

const ESC = "\x1b";
/** Keep the cursor's place and colours, and take them back: DECSC, DECRC. */
const SAVE = `${ESC}7`;
const RESTORE = `${ESC}8`;
/** Go to the first line: CUP. */
const HOME = `${ESC}[H`;
/** Empty the line from here on: EL. */
const CLEAR_LINE = `${ESC}[K`;
/** Scroll the whole terminal again: DECSTBM. */
const SCROLL_ALL = `${ESC}[r`;

/**
 * Makes room at the top of a terminal without losing what it shows.
 *
 * The new lines come first, at the cursor: where there are no free ones below
 * it, the terminal scrolls. Then as many are put in at the top, which push the
 * rest down into the room made.
 *
 * @param height The number of lines.
 * @returns The control sequences; the cursor is then on the text line it was on.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(makeRoom(1), "\r\n\x1b[1A\x1b7\x1b[H\x1b[1L\x1b8\x1b[1B");
 * ```
 */
export function makeRoom(height: number): string {
  return `${"\r\n".repeat(height)}${ESC}[${height}A${SAVE}${HOME}${ESC}[${height}L${RESTORE}${ESC}[${height}B`;
}

/**
 * Draws the picture, and lets all else scroll below it.
 *
 * @param lines Its lines.
 * @returns The control sequences; the cursor stays where it is.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(draw(["kiOS"]), "\x1b7\x1b[1;1HkiOS\x1b[K\x1b[2r\x1b8");
 * ```
 */
export function draw(lines: readonly string[]): string {
  const rows = lines.map((line, index) => `${ESC}[${index + 1};1H${line}${CLEAR_LINE}`);
  // To set what scrolls moves the cursor home: so it comes before the cursor's return.
  return `${SAVE}${rows.join("")}${ESC}[${lines.length + 1}r${RESTORE}`;
}

/**
 * Lets the whole terminal scroll again; the picture goes away with the rest.
 *
 * @returns The control sequences; the cursor stays where it is.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(release(), "\x1b7\x1b[r\x1b8");
 * ```
 */
export function release(): string {
  return `${SAVE}${SCROLL_ALL}${RESTORE}`;
}
