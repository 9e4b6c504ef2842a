/**
 * Makes unified kernel images: one EFI program that is a kernel, its initrd and its command line.
 *
 * Format: https://uapi-group.org/specifications/specs/unified_kernel_image/
 *
 * @module
 */
import { kernelRelease } from "./bzimage.ts";
import { readPe } from "./pe.ts";
import { addSections } from "./pe_sections.ts";

/** What a unified kernel image is made of. */
export interface Uki {
  /** The path of the EFI stub, such as systemd's linuxx64.efi.stub. */
  stub: string;
  /** The path of the kernel, a bzImage with an EFI stub of its own. */
  kernel: string;
  /** The path of the initrd. */
  initrd: string;
  /** The kernel's command line. */
  cmdline: string;
  /** The text of os-release(5), which boot menus show. */
  osRelease: string;
  /** The kernel's release; taken from the kernel if not given. */
  uname?: string;
  /** Where the image goes. */
  output: string;
}

/** The command line the kernel keeps: COMMAND_LINE_SIZE of x86, with its NUL. */
const COMMAND_LINE_SIZE = 2048;

/**
 * Makes a unified kernel image.
 *
 * The kernel is its last section: a stub that runs an old kernel in place needs the memory after it to be free.
 *
 * @param uki What it is made of.
 * @throws {SyntaxError} If the stub or the kernel is no EFI program.
 * @throws {TypeError} If the command line has a character the kernel would not see as it stands.
 * @throws {RangeError} If the command line is longer than the kernel keeps, or the stub's headers are full.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const nothing = "/dev/null";
 * const uki = { stub: nothing, kernel: nothing, initrd: nothing, cmdline: "quiet", osRelease: "ID=kios\n", output: nothing };
 * await assert.rejects(makeUki(uki), SyntaxError);
 * ```
 */
export async function makeUki(uki: Uki): Promise<void> {
  const { stub, kernel, initrd, cmdline, osRelease, output } = uki;
  checkCommandLine(cmdline);
  await readPe(kernel);
  const uname = uki.uname ?? await kernelRelease(kernel);
  const encoder = new TextEncoder();
  await addSections(stub, [
    { name: ".osrel", data: encoder.encode(osRelease) },
    { name: ".cmdline", data: encoder.encode(cmdline) },
    { name: ".uname", data: encoder.encode(uname) },
    { name: ".initrd", data: initrd },
    { name: ".linux", data: kernel },
  ], { output });
}

/** Refuses what the kernel would cut off or read otherwise. */
function checkCommandLine(cmdline: string): void {
  if (!/^[ -~]*$/.test(cmdline)) {
    throw new TypeError(`Cannot use ${JSON.stringify(cmdline)} as a command line: it is more than one line of ASCII`);
  }
  if (cmdline.length >= COMMAND_LINE_SIZE) {
    throw new RangeError(
      `Cannot use a command line of ${cmdline.length} bytes: the kernel keeps ${COMMAND_LINE_SIZE - 1}`,
    );
  }
}
