/**
 * The little of systemd-logind that the kubelet needs to end pods before the node ends, on the socket of the system bus:
 * it takes a lock, is told that a shutdown begins, ends its pods, and releases the lock.
 *
 * @module
 */

import type { Log } from "../log.ts";
import { listenForRoot } from "../control/root_listener.ts";
import { PREPARE_FOR_SHUTDOWN } from "./bus.ts";
import { type Connection, openConnection } from "./connection.ts";
import { readDelay } from "./delay.ts";
import { createLocks } from "./locks.ts";
import { WireWriter } from "./wire.ts";

/** The most clients at a time; the kubelet is one. */
const MOST_CLIENTS = 32;

/** Where logind is, and what it says. */
export interface LogindPlaces {
  /** The system bus. */
  bus: string;
  /** The file in which kubelet writes how long it wants to delay a shutdown. */
  configuration: string;
  /** How long it may delay one before it has written that, in seconds. */
  delay: number;
}

/** logind. */
export interface Logind {
  /** How long the kubelet may delay a shutdown, in seconds. */
  delay(): number;
  /** Whether somebody wants to be waited for. */
  isHeld(): boolean;
  /** Tells that a shutdown begins. */
  announceShutdown(): void;
  /** The moment at which nobody wants to be waited for any more. */
  released(): Promise<void>;
  /** Ends it. */
  close(): void;
}

/**
 * Serves the kubelet as logind does; it must be there before the kubelet starts, which looks once.
 *
 * @param places Where it is.
 * @param log Where its failures are told.
 * @returns logind.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const directory = Deno.makeTempDirSync();
 * const places = { bus: `${directory}/bus`, configuration: `${directory}/99-kubelet.conf`, delay: 30 };
 * const logind = serveLogind(places, memoryLog());
 * assert.equal(logind.delay(), 30);
 * assert.equal(logind.isHeld(), false);
 * logind.close();
 * ```
 */
export function serveLogind(places: LogindPlaces, log: Log): Logind {
  const guid = crypto.randomUUID().replaceAll("-", "");
  const connections = new Set<Connection>();
  const locks = createLocks();
  let delay = places.delay;
  let names = 0;
  let shuttingDown = false;

  const exchange = {
    guid,
    state: () => ({ delay: BigInt(delay) * 1_000_000n, shuttingDown }),
    // Read when kubelet has just written it, and only then: what an earlier start left there does not count.
    async reload() {
      delay = Math.max(places.delay, await readDelay(places.configuration) ?? 0);
    },
    lock: locks.take,
  };
  const listener = listenForRoot(places.bus, {
    name: "system bus",
    log,
    limit: MOST_CLIENTS,
    crowded: "newest leaves", // the oldest is the kubelet
    async serve(client) {
      const connection = openConnection(client, { ...exchange, name: `:1.${++names}` });
      connections.add(connection);
      try {
        await connection.serve();
      } finally {
        connections.delete(connection);
      }
    },
  });

  return {
    delay: () => delay,
    isHeld: locks.held,
    announceShutdown() {
      shuttingDown = true;
      const body = new WireWriter().uint32(1).bytes();
      for (const connection of connections) {
        if (!connection.watches()) continue;
        // Who has gone meanwhile has released its lock.
        connection.signal({ ...PREPARE_FOR_SHUTDOWN, signature: "b" }, body).catch(() => {});
      }
    },
    released: locks.released,
    close() {
      listener.close();
      locks.close();
    },
  };
}
