import { close, feedWatchdog, O_WRONLY, open, setWatchdogTimeout, write } from "../../ffi/mod.ts";
import type { Log } from "../log.ts";

/** The machine's watchdogs, and how long they wait to be fed. */
export interface WatchdogPlace {
  /** The directory of their devices, `watchdog0` and so on. */
  devices: string;
  /** How long they wait, in seconds. */
  timeout: number;
  /** How long they wait once the node is on its way down, in seconds. */
  shutdown: number;
}

/** Watchdogs that are fed. */
export interface HardwareWatchdog {
  /** Gives the way down more time. */
  slow(): void;
  /** Lets the machine be off: nobody feeds the watchdogs any more, and they do not bite. */
  disarm(): void;
}

/** They are fed this often in the time they wait, so that two meals may be missed. */
const MEALS = 3;

/** What has to be written before closing, or closing is taken for the death of who feeds it. */
const MAGIC_CLOSE = new Uint8Array(["V".charCodeAt(0)]);

/** The devices of all watchdogs; /dev/watchdog is the first of them once more. */
function findDevices(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name)
      .filter((name) => /^watchdog\d+$/.test(name)).sort()
      .map((name) => `${directory}/${name}`);
  } catch {
    return [];
  }
}

/** Feeds one watchdog. */
function feed(device: string, place: WatchdogPlace, log: Log): HardwareWatchdog {
  const fd = open(device, O_WRONLY);
  let timer: number | undefined;
  let failed = false;

  /** Does something to the device; it may fail, and that is told once. */
  function attempt<T>(what: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (cause) {
      if (!failed) log.problem(`watchdog "${device}": cannot ${what}: ${(cause as Error).message}`);
      failed = true;
    }
  }

  /** Begins to feed often enough for a time that the device agrees to. */
  function wait(seconds: number): void {
    const taken = attempt("set its timeout", () => setWatchdogTimeout(fd, seconds)) ?? place.timeout;
    clearInterval(timer);
    timer = setInterval(() => attempt("feed it", () => feedWatchdog(fd)), taken * 1000 / MEALS);
    attempt("feed it", () => feedWatchdog(fd));
  }

  wait(place.timeout);
  return {
    slow: () => wait(place.shutdown),
    disarm() {
      clearInterval(timer);
      attempt("disarm it", () => write(fd, MAGIC_CLOSE));
      attempt("close it", () => close(fd));
    },
  };
}

/**
 * Feeds the machine's watchdogs from this process's own loop: when the loop
 * hangs, or the kernel does, the machine resets itself.
 *
 * All of them, for firmware may have started any, and it would bite. A device
 * is closed by nothing but {@linkcode HardwareWatchdog.disarm}: a process that
 * ends, or a reboot that hangs, is a reason to bite.
 *
 * @param place The watchdogs.
 * @param log Where it is told.
 * @returns The watchdogs as one, or nothing when the machine has none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const place = { devices: "/nowhere", timeout: 60, shutdown: 180 };
 * assert.equal(watchHardware(place, memoryLog()), undefined);
 * ```
 */
export function watchHardware(place: WatchdogPlace, log: Log): HardwareWatchdog | undefined {
  const watchdogs: HardwareWatchdog[] = [];
  for (const device of findDevices(place.devices)) {
    try {
      watchdogs.push(feed(device, place, log));
    } catch (cause) {
      log.problem(`watchdog: ${(cause as Error).message}`);
    }
  }
  if (watchdogs.length === 0) return undefined;
  log.write(`the machine resets itself when it hangs for ${place.timeout} s`);
  return {
    slow: () => watchdogs.forEach((watchdog) => watchdog.slow()),
    disarm: () => watchdogs.forEach((watchdog) => watchdog.disarm()),
  };
}
