/** What a terminal would not show, or would obey. */
const UNSHOWN = /[\p{C}\u2028\u2029\uFFFD]/gu;

/**
 * Quotes a text from outside for the log, whatever it is.
 *
 * @param text The text.
 * @param longest How much of it is shown, in characters.
 * @returns The beginning in quotes; a `?` stands for what cannot be shown.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(quote("eth0"), '"eth0"');
 * assert.equal(quote("\x1b[2J\x9b2J"), '"?[2J?2J"');
 * assert.equal(quote("abcdef", 3), '"abc..."');
 * ```
 */
export function quote(text: string, longest = 60): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return `"${shown.replace(UNSHOWN, "?")}"`;
}
