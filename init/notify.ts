const decoder = new TextDecoder();

/**
 * Listens for what one service says about itself by sd_notify(3).
 *
 * Each service has a socket of its own, so that who speaks is known without
 * asking the kernel.
 *
 * @param path The socket; the service gets it as NOTIFY_SOCKET.
 * @param onReady Called on each `READY=1`.
 * @returns The socket, to be closed by whoever stops listening.
 *
 * @example Usage
 * ```ts
 * const path = `${Deno.makeTempDirSync()}/notify`;
 * const socket = listenForReady(path, () => {});
 * socket.close();
 * ```
 */
export function listenForReady(
  path: string,
  onReady: () => void,
): Deno.DatagramConn {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  Deno.chmodSync(path, 0o600);
  void receive(socket, onReady);
  return socket;
}

/** Reads datagrams, lists of `NAME=value` lines, until the socket is closed. */
async function receive(
  socket: Deno.DatagramConn,
  onReady: () => void,
): Promise<void> {
  for await (const [datagram] of socket) {
    if (decoder.decode(datagram).split("\n").includes("READY=1")) onReady();
  }
}
