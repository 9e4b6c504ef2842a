/**
 * Network interfaces by socket ioctls, as in netdevice(7).
 *
 * @module
 */

import { close } from "./file.ts";
import { check, cstr, libc } from "./libc.ts";

// <sys/socket.h> and <linux/sockios.h>
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SIOCGIFFLAGS = 0x8913n;
const SIOCSIFFLAGS = 0x8914n;
const SIOCGIFADDR = 0x8915n;

// struct ifreq of <linux/if.h>: char ifr_name[16], then a union whose first
// member here is `short ifr_flags` or `struct sockaddr_in` (its address at 4).
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;
const IFREQ_FLAGS = 16;
const IFREQ_ADDRESS = 20;

/** The interface is up. */
export const IFF_UP = 1;

/** Makes `request` with an ifreq for `name`, after `fill` has had its way with it. */
function interfaceRequest(
  request: bigint,
  name: string,
  options: { fill?: (ifreq: DataView) => void } = {},
): DataView {
  const encoded = cstr(name);
  if (encoded.length > IFNAMSIZ) {
    throw new RangeError(`Cannot name an interface "${name}": over 15 bytes`);
  }
  const bytes = new Uint8Array(IFREQ_SIZE);
  bytes.set(encoded);
  const ifreq = new DataView(bytes.buffer);
  options.fill?.(ifreq);
  const socket = check(
    libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    "socket",
  );
  try {
    check(libc.ioctl(socket, request, bytes), "ioctl", name);
  } finally {
    close(socket);
  }
  return ifreq;
}

/**
 * Reads an interface's flags.
 *
 * @param name The interface, such as `lo`.
 * @returns Its `IFF_` flags, joined.
 * @throws {SyscallError} If there is no such interface.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => interfaceFlags("none0"), { code: "ENODEV" });
 * ```
 */
export function interfaceFlags(name: string): number {
  return interfaceRequest(SIOCGIFFLAGS, name).getUint16(IFREQ_FLAGS, true);
}

/**
 * Brings an interface up; `lo` gets 127.0.0.1 from the kernel with it.
 *
 * @param name The interface, such as `lo`.
 * @throws {SyscallError} If there is no such interface, or it cannot be brought up.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => bringUp("none0"), { code: "ENODEV", path: "none0" });
 * ```
 */
export function bringUp(name: string): void {
  const flags = interfaceFlags(name);
  interfaceRequest(SIOCSIFFLAGS, name, {
    fill: (ifreq) => ifreq.setUint16(IFREQ_FLAGS, flags | IFF_UP, true),
  });
}

/**
 * Reads an interface's IPv4 address.
 *
 * @param name The interface, such as `lo`.
 * @returns The address in dots.
 * @throws {SyscallError} If there is no such interface, or it has no address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => interfaceAddress("none0"), { code: "ENODEV" });
 * ```
 */
export function interfaceAddress(name: string): string {
  const ifreq = interfaceRequest(SIOCGIFADDR, name);
  return [0, 1, 2, 3].map((i) => ifreq.getUint8(IFREQ_ADDRESS + i)).join(".");
}
