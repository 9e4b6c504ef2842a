/**
 * Who the host is and where its root lies: sethostname(2) and chroot(2).
 *
 * @module
 */

import { check, cstr, libc } from "./libc.ts";

/**
 * Names the host.
 *
 * @param name The name, at most 64 bytes.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => sethostname("n".repeat(65)), { syscall: "sethostname" });
 * ```
 */
export function sethostname(name: string): void {
  const bytes = cstr(name);
  check(
    libc.sethostname(bytes, BigInt(bytes.length - 1)),
    "sethostname",
    name,
  );
}

/**
 * Makes a directory the root of this process; the working directory stays.
 *
 * @param path The directory.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => chroot("/nowhere"), { syscall: "chroot" });
 * ```
 */
export function chroot(path: string): void {
  check(libc.chroot(cstr(path)), "chroot", path);
}
