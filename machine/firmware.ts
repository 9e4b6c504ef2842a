/**
 * UEFI firmware for QEMU: where the distributions put OVMF.
 *
 * @module
 */
import { MissingToolError } from "./errors.ts";

/** The two flash images of a UEFI firmware. */
export interface Firmware {
  /** The program, never written. */
  code: string;
  /** The variables as they are delivered; each machine gets a copy. */
  variables: string;
}

/** Debian 12 and 13, Fedora, Arch; without Secure Boot, which would refuse an unsigned kernel. */
const CODE_PATHS = [
  "/usr/share/OVMF/OVMF_CODE_4M.fd",
  "/usr/share/OVMF/OVMF_CODE.fd",
  "/usr/share/edk2/ovmf/OVMF_CODE.fd",
  "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
];

/**
 * Finds the firmware: `KIOS_VM_OVMF`, or where distributions put it.
 *
 * @param options Where to look; for tests.
 * @returns The paths of its two flash images.
 * @throws {MissingToolError} If the host has none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const exists = (path: string) => path.startsWith("/usr/share/OVMF/");
 * assert.deepEqual(findFirmware({ exists }), {
 *   code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
 *   variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
 * });
 * ```
 */
export function findFirmware(
  options: { exists?: (path: string) => boolean } = {},
): Firmware {
  const exists = options.exists ?? isFile;
  const override = Deno.env.get("KIOS_VM_OVMF");
  for (const code of override ? [override] : CODE_PATHS) {
    const variables = code.replace(/CODE(?=[^/]*$)/, "VARS");
    if (variables !== code && exists(code) && exists(variables)) {
      return { code, variables };
    }
  }
  throw new MissingToolError(override ?? CODE_PATHS[0]!, "ovmf");
}

/** Whether `path` is a file. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
