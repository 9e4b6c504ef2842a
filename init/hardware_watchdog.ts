import { close, feedWatchdog, O_WRONLY, open, setWatchdogTimeout, write } from "../ffi/mod.ts";
import type { Log } from "./log.ts";

/** The machine's watchdog, and how long it waits to be fed. */
export interface WatchdogPlace {
  /** Its device. */
  device: string;
  /** How long it waits, in seconds. */
  timeout: number;
  /** How long it waits once the node is on its way down, in seconds. */
  shutdown: number;
}

/** A watchdog that is fed. */
export interface HardwareWatchdog {
  /** Gives the way down more time. */
  slow(): void;
  /** Lets the machine be off: nobody feeds the watchdog any more, and it does not bite. */
  disarm(): void;
}

/** It is fed this often in the time it waits, so that two meals may be missed. */
const MEALS = 3;

/** What has to be written before closing, or closing is taken for the death of who feeds it. */
const MAGIC_CLOSE = new Uint8Array(["V".charCodeAt(0)]);

/**
 * Feeds the machine's watchdog from this process's own loop: when the loop
 * hangs, or the kernel does, the machine resets itself.
 *
 * The device is closed by nothing but {@linkcode HardwareWatchdog.disarm}: a
 * process that ends, or a reboot that hangs, is a reason to bite.
 *
 * @param place The watchdog.
 * @param log Where it is told.
 * @returns The watchdog, or nothing when the machine has none.
 * @throws {SyscallError} If there is one that cannot be opened.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "./log.ts";
 *
 * const place = { device: "/nowhere/watchdog", timeout: 60, shutdown: 180 };
 * assert.equal(watchHardware(place, memoryLog()), undefined);
 * ```
 */
export function watchHardware(place: WatchdogPlace, log: Log): HardwareWatchdog | undefined {
  const { device, shutdown } = place;
  try {
    Deno.statSync(device);
  } catch {
    return undefined;
  }
  const fd = open(device, O_WRONLY);
  let timer: number | undefined;
  let failed = false;

  /** Does something to the device; it may fail, and that is told once. */
  function attempt<T>(what: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (cause) {
      if (!failed) log.problem(`watchdog: cannot ${what}: ${(cause as Error).message}`);
      failed = true;
    }
  }

  /** Begins to feed often enough for a time that the device agrees to. */
  function wait(seconds: number): number {
    const taken = attempt("set its timeout", () => setWatchdogTimeout(fd, seconds)) ?? place.timeout;
    clearInterval(timer);
    timer = setInterval(() => attempt("feed it", () => feedWatchdog(fd)), taken * 1000 / MEALS);
    attempt("feed it", () => feedWatchdog(fd));
    return taken;
  }

  log.write(`watchdog resets the machine when it hangs for ${wait(place.timeout)} s`);
  return {
    slow: () => void wait(shutdown),
    disarm() {
      clearInterval(timer);
      attempt("disarm it", () => write(fd, MAGIC_CLOSE));
      attempt("close it", () => close(fd));
    },
  };
}
