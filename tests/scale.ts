/**
 * How much of a long test is run: a short form in `deno task test`, the whole in `deno task test:long`.
 *
 * @module
 */

/** Whether this is `deno task test:long`. */
export const LONG: boolean = Deno.env.get("KIOS_TEST_LONG") === "1";

/**
 * Chooses a number for this run.
 *
 * @param short The number in `deno task test`
 * @param long The number in `deno task test:long`
 * @returns One of both
 */
export function times(short: number, long: number): number {
  return LONG ? long : short;
}
