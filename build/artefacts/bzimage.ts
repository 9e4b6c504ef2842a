/**
 * Reads what a Linux kernel image says of itself.
 *
 * Format: https://docs.kernel.org/arch/x86/boot.html
 *
 * @module
 */

/** The setup header: where it is, and the offsets in it that are read here. */
const HEADER_MAGIC = 0x202;
const KERNEL_VERSION = 0x20e;
/** The version string lies in the setup code, which is at most 64 sectors long. */
const SETUP_MAX = 64 * 512;

/**
 * Reads the release of a kernel, as `uname -r` will say it.
 *
 * @param bzImage The path of the kernel image.
 * @returns The release, such as "6.12.117".
 * @throws {SyntaxError} If it is no bzImage or carries no version.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(kernelRelease("/dev/null"), SyntaxError);
 * ```
 */
export async function kernelRelease(bzImage: string): Promise<string> {
  using file = await Deno.open(bzImage);
  const setup = new Uint8Array(SETUP_MAX);
  let length = 0;
  while (length < setup.length) {
    const count = await file.read(setup.subarray(length));
    if (count === null) break;
    length += count;
  }
  const text = new TextDecoder("latin1").decode(setup.subarray(0, length));
  if (text.slice(HEADER_MAGIC, HEADER_MAGIC + 4) !== "HdrS") {
    throw new SyntaxError(`Cannot read "${bzImage}" as a kernel: it has no boot header`);
  }
  // The header says where the string is, less the 0x200 bytes of the boot sector.
  const at = new DataView(setup.buffer).getUint16(KERNEL_VERSION, true) + 0x200;
  const release = /^[!-~]+/.exec(text.slice(at))?.[0];
  if (at === 0x200 || !release) {
    throw new SyntaxError(`Cannot read the release of the kernel "${bzImage}": it says none`);
  }
  return release;
}
