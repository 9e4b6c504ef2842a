/**
 * What Deno does not tell of a Unix socket, unix(7): its descriptor, who is at the other end, and passing descriptors.
 *
 * @module
 */

import { check, libc } from "./libc.ts";

// <asm-generic/socket.h>
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SCM_RIGHTS = 1;

// <sys/socket.h>
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** struct sockaddr_un of <sys/un.h>: a family of two bytes, then a path of at most 108. */
const SOCKADDR_SIZE = 110;
const SUN_PATH = 2;
const AF_UNIX = 1;

/** struct ucred: pid_t, uid_t, gid_t. */
const UCRED_SIZE = 12;

// struct msghdr on 64 bits, recvmsg(2): name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48.
const MSGHDR_SIZE = 56;
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSG_CONTROL = 32;
const MSG_CONTROLLEN = 40;

// struct cmsghdr, cmsg(3): size_t cmsg_len, int cmsg_level, int cmsg_type, then the data; all padded to 8 bytes.
const CMSG_LEVEL = 8;
const CMSG_TYPE = 12;
const CMSG_DATA = 16;
const CMSG_SPACE = 24;

/** The process at the other end of a socket, as it was when it connected. */
export interface Peer {
  /** Its process; 0 when this process' PID namespace does not show it. */
  pid: number;
  /** Its user. */
  uid: number;
  /** Its group. */
  gid: number;
}

/** The address of a buffer, for a struct that points at it. */
function addressOf(buffer: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer)));
}

/**
 * Asks who is at the other end of a connected Unix socket: SO_PEERCRED.
 *
 * @param fd The socket.
 * @returns The peer, in terms of this process' user and PID namespaces.
 * @throws {SyscallError} If `fd` is no socket.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => peerOf(-1), { code: "EBADF" });
 * ```
 */
export function peerOf(fd: number): Peer {
  const ucred = new Uint8Array(UCRED_SIZE);
  const length = new Uint32Array([UCRED_SIZE]);
  check(libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, length), "getsockopt");
  const view = new DataView(ucred.buffer);
  return { pid: view.getInt32(0, true), uid: view.getUint32(4, true), gid: view.getUint32(8, true) };
}

/**
 * Asks for the path a Unix socket is bound to: getsockname(2).
 *
 * @param fd The socket; what a listener accepted has the listener's path.
 * @returns The path, or nothing when it is no Unix socket or has no path.
 * @throws {SyscallError} If `fd` is no socket.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => socketPath(-1), { code: "EBADF" });
 * ```
 */
export function socketPath(fd: number): string | undefined {
  const address = new Uint8Array(SOCKADDR_SIZE);
  const length = new Uint32Array([SOCKADDR_SIZE]);
  check(libc.getsockname(fd, address, length), "getsockname");
  const path = address.subarray(SUN_PATH, length[0]!);
  const end = path.indexOf(0);
  const text = new TextDecoder().decode(end === -1 ? path : path.subarray(0, end));
  return address[0] === AF_UNIX && text !== "" ? text : undefined;
}

/**
 * Lists this process' Unix sockets that are bound to a path: the listener there, and what it accepted.
 *
 * @param path The path.
 * @returns Each socket's descriptor, by its inode, which no later socket has.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 * using _listener = Deno.listen({ transport: "unix", path });
 * assert.equal(socketsAt(path).size, 1);
 * assert.equal(socketsAt("/nowhere").size, 0);
 * ```
 */
export function socketsAt(path: string): Map<string, number> {
  const sockets = new Map<string, number>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const inode = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (inode.startsWith("socket:") && socketPath(Number(name)) === path) sockets.set(inode, Number(name));
    } catch {
      // Closed by now, as the descriptor of the listing itself is.
    }
  }
  return sockets;
}

/**
 * Sends bytes, and a descriptor with them, without waiting: sendmsg(2) with SCM_RIGHTS.
 *
 * @param fd The Unix socket.
 * @param bytes What to send, at least one byte.
 * @param passed The descriptor that the peer gets a copy of.
 * @returns How many bytes were taken; the descriptor goes with the first.
 * @throws {SyscallError} `EAGAIN` when the peer does not read what was sent before.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => sendWithDescriptor(-1, new Uint8Array(1), 0), { code: "EBADF" });
 * ```
 */
export function sendWithDescriptor(fd: number, bytes: Uint8Array<ArrayBuffer>, passed: number): number {
  const iov = new Uint8Array(16); // struct iovec: void *iov_base, size_t iov_len
  const control = new Uint8Array(CMSG_SPACE);
  const message = new Uint8Array(MSGHDR_SIZE);
  const iovView = new DataView(iov.buffer);
  iovView.setBigUint64(0, addressOf(bytes), true);
  iovView.setBigUint64(8, BigInt(bytes.length), true);
  const controlView = new DataView(control.buffer);
  controlView.setBigUint64(0, BigInt(CMSG_DATA + 4), true);
  controlView.setInt32(CMSG_LEVEL, SOL_SOCKET, true);
  controlView.setInt32(CMSG_TYPE, SCM_RIGHTS, true);
  controlView.setInt32(CMSG_DATA, passed, true);
  const messageView = new DataView(message.buffer);
  messageView.setBigUint64(MSG_IOV, addressOf(iov), true);
  messageView.setBigUint64(MSG_IOVLEN, 1n, true);
  messageView.setBigUint64(MSG_CONTROL, addressOf(control), true);
  messageView.setBigUint64(MSG_CONTROLLEN, BigInt(CMSG_SPACE), true);
  const sent = check(Number(libc.sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL)), "sendmsg");
  // Reading them here is what keeps the buffers alive until the call is over.
  if (iov.length + control.length + bytes.length === 0) throw new RangeError("Cannot send nothing");
  return sent;
}
