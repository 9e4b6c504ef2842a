/**
 * The kernel's entropy pool: random(4).
 *
 * @module
 */

import { close, O_WRONLY, open } from "./file.ts";
import { check, libc } from "./libc.ts";

/** RNDADDENTROPY of random(4): _IOW('R', 0x03, int[2]) of <linux/random.h>. */
const RNDADDENTROPY = 0x40085203n;

/**
 * Mixes bytes into the kernel's entropy pool and counts them as random.
 *
 * @param bytes The bytes; nobody else may know them, and they may be given once only.
 * @param device The pool's device.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => addEntropy(new Uint8Array(4), "/dev/null"), { code: "ENOTTY" });
 * ```
 */
export function addEntropy(bytes: Uint8Array<ArrayBuffer>, device = "/dev/urandom"): void {
  // struct rand_pool_info: the entropy in bits, the length in bytes, the bytes.
  const info = new Uint8Array(8 + bytes.length);
  const view = new DataView(info.buffer);
  view.setInt32(0, bytes.length * 8, true);
  view.setInt32(4, bytes.length, true);
  info.set(bytes, 8);
  const fd = open(device, O_WRONLY);
  try {
    check(libc.ioctl(fd, RNDADDENTROPY, info), "ioctl", device);
  } finally {
    close(fd);
  }
}
