const decoder = new TextDecoder();

/** What a service says about itself by sd_notify(3). */
export interface Notes {
  /** `READY=1`: it has started. */
  ready(): void;
  /** `WATCHDOG=1`: it is alive. */
  alive?(): void;
}

/**
 * Listens for what one service says about itself by sd_notify(3).
 *
 * Each service has a socket of its own, so that who speaks is known without
 * asking the kernel.
 *
 * @param path The socket; the service gets it as NOTIFY_SOCKET.
 * @param notes What is done on each note.
 * @returns The socket, to be closed by whoever stops listening.
 *
 * @example Usage
 * ```ts
 * const path = `${Deno.makeTempDirSync()}/notify`;
 * const socket = listenForNotes(path, { ready() {} });
 * socket.close();
 * ```
 */
export function listenForNotes(path: string, notes: Notes): Deno.DatagramConn {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  Deno.chmodSync(path, 0o600);
  void receive(socket, notes);
  return socket;
}

/** Reads datagrams, lists of `NAME=value` lines, until the socket is closed. */
async function receive(socket: Deno.DatagramConn, notes: Notes): Promise<void> {
  for await (const [datagram] of socket) {
    const lines = decoder.decode(datagram).split("\n");
    if (lines.includes("READY=1")) notes.ready();
    if (lines.includes("WATCHDOG=1")) notes.alive?.();
  }
}
