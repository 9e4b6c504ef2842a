/**
 * A Unix socket that serves root alone: the control socket, and the bus the kubelet knows.
 *
 * @module
 */

import { type Peer, peerOf, socketsAt } from "../../ffi/mod.ts";
import type { Log } from "../log.ts";

/** A client who is root. */
export interface RootClient {
  /** The connection. */
  conn: Deno.UnixConn;
  /** The connection's descriptor; -1 once it is closed, so that nobody takes the next file for it. */
  fd: number;
  /** The client, as it was when it connected. */
  peer: Peer;
  /** Closes the connection, as the end of its service does. */
  close(): void;
}

/** How a socket serves. */
export interface RootService {
  /** What the log calls the socket. */
  name: string;
  /** Where a failure that is not the client's is told. */
  log: Log;
  /** How many clients there may be at a time. */
  limit: number;
  /** Who is closed at once when one more comes: that one, or who has been there longest. */
  crowded: "newest leaves" | "oldest leaves";
  /** Serves one client; never for ever, unless the client may stay. */
  serve(client: RootClient): Promise<void>;
  /** Tells somebody who is not root; then the connection is closed. */
  refuse?(conn: Deno.UnixConn): Promise<void>;
}

/** A socket that listens. */
export interface RootListener {
  /** Ends it, and every connection. */
  close(): void;
}

/** How long an accept that failed, for want of descriptors most likely, is waited for, in milliseconds. */
const RETRY = 100;

/** What a client does to a connection, and what closing it does to whoever waits for it. */
const CLIENTS_FAULTS = [
  Deno.errors.BadResource,
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted,
];

/** Whether a failure is a client's doing. */
function isClientsFault(cause: unknown): boolean {
  return CLIENTS_FAULTS.some((fault) => cause instanceof fault);
}

/** Closes what may be closed already. */
function close(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (cause) {
    if (!isClientsFault(cause)) throw cause;
  }
}

/** Binds the socket for root, in place of what an earlier process left there. */
function bind(path: string): Deno.UnixListener {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  try {
    Deno.removeSync(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  const listener = Deno.listen({ transport: "unix", path });
  Deno.chmodSync(path, 0o600);
  return listener;
}

/**
 * Listens on a Unix socket for clients who are root.
 *
 * The socket's mode keeps others out; the kernel is asked who a client is, too, for a capability opens any file. Since
 * Deno does not tell a connection's descriptor, clients are accepted one at a time: the socket that is new among this
 * process' own is the one. A client that cannot be told so is closed.
 *
 * @param path The socket's path.
 * @param service How it serves.
 * @returns The listener.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 *
 * const path = `${Deno.makeTempDirSync()}/hello.sock`;
 * const listener = listenForRoot(path, {
 *   name: "hello",
 *   log: memoryLog(),
 *   limit: 2,
 *   crowded: "newest leaves",
 *   serve: async ({ conn }) => void await conn.write(new TextEncoder().encode("hello")),
 * });
 * assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
 * listener.close();
 * ```
 */
export function listenForRoot(path: string, service: RootService): RootListener {
  const { name, log, limit, serve, refuse } = service;
  const listener = bind(path);
  const clients = new Set<RootClient>();
  let known = socketsAt(path);
  let open = true;

  /** Finds the descriptor of what was accepted since the last look. */
  function newSocket(): number | undefined {
    const sockets = socketsAt(path);
    const found = [...sockets].filter(([inode]) => !known.has(inode)).map(([, fd]) => fd);
    known = sockets;
    return found.length === 1 ? found[0] : undefined;
  }

  /** Serves a client who is root, and tells another. */
  async function attend(client: RootClient): Promise<void> {
    if (client.peer.uid === 0) await serve(client);
    else await refuse?.(client.conn);
  }

  function leave(client: RootClient): void {
    clients.delete(client);
    client.close();
  }

  /** Sees a connection through to its end. */
  async function follow(conn: Deno.UnixConn): Promise<void> {
    const fd = newSocket();
    if (clients.size >= limit && service.crowded === "newest leaves") return close(conn);
    if (fd === undefined) {
      log.problem(`${name}: a client cannot be told from others, so it is closed`);
      return close(conn);
    }
    const client = {
      conn,
      fd,
      peer: peerOf(fd),
      close() {
        client.fd = -1;
        close(conn);
      },
    };
    if (clients.size >= limit) leave([...clients][0]!);
    clients.add(client);
    try {
      await attend(client);
    } catch (cause) {
      if (!isClientsFault(cause)) log.problem(`${name}: ${cause instanceof Error ? cause.message : cause}`);
    } finally {
      leave(client);
    }
  }

  /** Accepts, one at a time. */
  async function accept(): Promise<void> {
    while (open) {
      try {
        void follow(await listener.accept());
      } catch (cause) {
        if (!open) return;
        log.problem(`${name}: cannot take a client: ${(cause as Error).message}`);
        await new Promise((done) => setTimeout(done, RETRY));
      }
    }
  }

  void accept();
  return {
    close() {
      open = false;
      close(listener);
      clients.forEach((client) => client.close());
    },
  };
}
