/**
 * Whether a service that said it is ready still does anything.
 *
 * Time is counted in turns of this process's own timers, not by a clock: when
 * the whole machine stands still, as a virtual one does that is paused or
 * starved, no service has been silent for longer than PID 1 itself.
 *
 * @module
 */

import { answersHttp2 } from "./http2_ping.ts";

/** How a service shows that it is alive. */
export type Liveness =
  | {
    /** It sends `WATCHDOG=1` by itself: sd_watchdog_enabled(3). */
    kind: "feed";
    /** How long it may be silent, in seconds; it gets the time as WATCHDOG_USEC and speaks twice as often. */
    limit: number;
  }
  | {
    /** It answers as an HTTP/2 server does. */
    kind: "http2";
    /** Its socket. */
    socket: string;
    /** How often it is asked, in seconds. */
    interval: number;
    /** How long it may take to answer, in seconds. */
    limit: number;
    /** How often in a row it may miss to. */
    misses: number;
  };

/** An eye on a service. */
export interface Watch {
  /** It said that it is alive. */
  fed(): void;
  /** Looks no more. */
  stop(): void;
}

/** The time a service may be silent is counted in so many parts. */
const PARTS = 12;

/**
 * Says by which environment a service knows that it has to feed.
 *
 * @param liveness How it shows that it is alive.
 * @returns The environment's further variables.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(livenessEnv({ kind: "feed", limit: 120 }), { WATCHDOG_USEC: "120000000" });
 * assert.deepEqual(livenessEnv(undefined), {});
 * ```
 */
export function livenessEnv(liveness: Liveness | undefined): Record<string, string> {
  return liveness?.kind === "feed" ? { WATCHDOG_USEC: `${liveness.limit * 1_000_000}` } : {};
}

/**
 * Keeps an eye on a service.
 *
 * @param liveness How it shows that it is alive.
 * @param onDead Called once, with what it has missed.
 * @returns The eye.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { promise, resolve } = Promise.withResolvers<string>();
 * watchLiveness({ kind: "feed", limit: 0.06 }, resolve);
 * assert.equal(await promise, "has not said for 0.06 s that it is alive");
 * ```
 */
export function watchLiveness(liveness: Liveness, onDead: (missed: string) => void): Watch {
  let missed = 0;
  let asking = false;
  const die = (what: string) => {
    watch.stop();
    onDead(what);
  };

  /** Counts one part of its silence. */
  function count(limit: number): void {
    missed += 1;
    if (missed > PARTS) die(`has not said for ${limit} s that it is alive`);
  }

  /** Asks it once, unless it still owes an answer. */
  async function ask(liveness: Liveness & { kind: "http2" }): Promise<void> {
    if (asking) return;
    asking = true;
    missed = await answersHttp2(liveness.socket, liveness.limit) ? 0 : missed + 1;
    asking = false;
    if (missed >= liveness.misses && timer !== undefined) {
      die(`has not answered ${missed} times within ${liveness.limit} s`);
    }
  }

  let timer: number | undefined = liveness.kind === "feed"
    ? setInterval(() => count(liveness.limit), liveness.limit * 1000 / PARTS)
    : setInterval(() => ask(liveness), liveness.interval * 1000);
  const watch: Watch = {
    fed() {
      if (liveness.kind === "feed") missed = 0;
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
  return watch;
}
