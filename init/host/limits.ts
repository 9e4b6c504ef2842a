/**
 * What the services, and the containers they start, may use of the kernel's
 * tables: they inherit it from PID 1.
 *
 * @module
 */

import { RLIM_INFINITY, RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_NPROC, setrlimit } from "../../ffi/mod.ts";

/** A limit: setrlimit(2). */
export interface Limit {
  /** Of what: an `RLIMIT_` constant. */
  resource: number;
  /** The limit in force. */
  soft: bigint;
  /** How far a process may raise it. */
  hard: bigint;
}

/** The limits of kiOS. */
export const LIMITS: readonly Limit[] = [
  // The kernel's own 4096 is too few for a runtime; programs that use select(2)
  // break above 1024, the others raise it themselves.
  { resource: RLIMIT_NOFILE, soft: 1024n, hard: 1_048_576n },
  // A program that fails leaves no copy of its memory, with all its secrets, on a disk.
  { resource: RLIMIT_CORE, soft: 0n, hard: 0n },
  // What bounds the processes of a pod is its control group.
  { resource: RLIMIT_NPROC, soft: RLIM_INFINITY, hard: RLIM_INFINITY },
];

/**
 * Sets limits.
 *
 * @param limits The limits.
 * @returns What could not be set and why, for the log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(setLimits([]), []);
 * ```
 */
export function setLimits(limits: readonly Limit[]): string[] {
  const complaints: string[] = [];
  for (const { resource, soft, hard } of limits) {
    try {
      setrlimit(resource, { soft, hard });
    } catch (cause) {
      complaints.push(`limit ${resource}: ${(cause as Error).message}`);
    }
  }
  return complaints;
}
