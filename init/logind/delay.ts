/**
 * How long the kubelet wants to delay a shutdown: the sum of the periods in its configuration, as it writes it for logind.
 *
 * @module
 */

import { doneWithin } from "../done_within.ts";

/** The file lies in /etc, and that may lie on a disk that does not answer: how long it is waited for, in seconds. */
const READ_LIMIT = 2;

/** More than kubelet writes, in bytes. */
const LONGEST_FILE = 4096;

/** Ten years, in seconds: what is longer would not fit into kubelet's own clock. */
const LONGEST_DELAY = 10 * 365 * 24 * 3600;

/**
 * Reads the delay out of logind's configuration: logind.conf(5), of which kubelet writes one line, in seconds.
 *
 * @param text The text.
 * @returns The delay in seconds, or nothing when it does not stand there.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseDelay("# Kubelet logind override\n[Login]\nInhibitDelayMaxSec=120\n"), 120);
 * assert.equal(parseDelay("[Login]\n"), undefined);
 * ```
 */
export function parseDelay(text: string): number | undefined {
  const [, seconds] = /^InhibitDelayMaxSec=(\d+)$/m.exec(text) ?? [];
  return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_DELAY);
}

/** Reads the beginning of a file. */
async function readBeginning(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(LONGEST_FILE);
  return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0));
}

/**
 * Reads the delay that kubelet has written, without ever waiting long.
 *
 * @param path The file.
 * @returns The delay in seconds, or nothing when it cannot be read.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await readDelay("/nowhere"), undefined);
 * ```
 */
export async function readDelay(path: string): Promise<number | undefined> {
  let delay: number | undefined;
  const read = readBeginning(path).then((text) => delay = parseDelay(text)).catch(() => {});
  await doneWithin(read, READ_LIMIT);
  return delay;
}
