/**
 * Which accelerator runs a guest on this host.
 *
 * @module
 */
import { findTool } from "./tools.ts";

/** What executes the guest's instructions: the processor, or QEMU's translator. */
export type Accelerator = "kvm" | "tcg";

/** Where the probe's guest says it is alive; any port that is free would do. */
const EXIT_PORT = 0xf4;

/**
 * What the probe's guest executes at the reset vector. fninit and fwait are
 * there since KVM's instruction emulator does not know them: where KVM only
 * emulates, as in some nested machines, a guest that uses none of them starts
 * and a real one stops a moment later.
 */
const PROGRAM = [
  ...[0xdb, 0xe3], // fninit
  ...[0x9b], // fwait
  ...[0xb0, 0x10], // mov al, 0x10
  ...[0xe6, EXIT_PORT], // out EXIT_PORT, al
  ...[0xf4, 0xeb, 0xfd], // hlt; jmp to the hlt
];

/** isa-debug-exit ends QEMU with (value << 1) | 1: https://www.qemu.org/docs/master/system/invocation.html */
const ALIVE = (0x10 << 1) | 1;

/** A guest of ten instructions is done in milliseconds, or never. */
const PROBE_DEADLINE_MS = 3000;

/**
 * Chooses KVM where it really works, and TCG elsewhere.
 *
 * A device node proves nothing: the probe runs a guest of a few instructions.
 * `KIOS_VM_ACCEL` (`kvm` or `tcg`) skips it.
 *
 * @param override The accelerator that shall be used. Default: `KIOS_VM_ACCEL`.
 * @returns The accelerator to give QEMU.
 * @throws {MissingToolError} If QEMU is not installed.
 * @throws {RangeError} If `override` is neither.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await chooseAccelerator("tcg"), "tcg");
 * await assert.rejects(chooseAccelerator("hvf"), RangeError);
 * ```
 */
export async function chooseAccelerator(
  override: string | undefined = Deno.env.get("KIOS_VM_ACCEL"),
): Promise<Accelerator> {
  if (override === "kvm" || override === "tcg") return override;
  if (override) {
    throw new RangeError(
      `Cannot use the accelerator "${override}": it is "kvm" or "tcg"`,
    );
  }
  return await runsGuests("kvm") ? "kvm" : "tcg";
}

/**
 * Whether `accelerator` executes a guest's instructions on this host.
 *
 * @param accelerator The accelerator to try.
 * @returns True when a small guest ran to its end.
 * @throws {MissingToolError} If QEMU is not installed.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const usable = await runsGuests("tcg").catch(() => undefined);
 * assert.notEqual(usable, false); // false would mean a broken QEMU
 * ```
 */
export async function runsGuests(accelerator: Accelerator): Promise<boolean> {
  const qemu = findTool("qemu-system-x86_64");
  const image = await Deno.makeTempFile({ prefix: "kios-probe-" });
  try {
    await Deno.writeFile(image, resetVectorImage(PROGRAM));
    const { code } = await new Deno.Command(qemu, {
      args: [
        ...["-accel", accelerator, "-cpu", cpuModel(accelerator)],
        ...["-machine", "q35", "-nodefaults", "-no-user-config"],
        ...["-display", "none", "-bios", image],
        ...["-device", `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PROBE_DEADLINE_MS),
    }).output();
    return code === ALIVE;
  } finally {
    await Deno.remove(image);
  }
}

/**
 * The processor that a guest sees: all that the accelerator can give.
 *
 * @param accelerator The accelerator in use.
 * @returns The value of QEMU's `-cpu`.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(cpuModel("tcg"), "max");
 * ```
 */
export function cpuModel(accelerator: Accelerator): string {
  return accelerator === "kvm" ? "host" : "max";
}

/**
 * A firmware image that holds one small program, where an x86 processor begins.
 *
 * @param program At most 16 bytes of real-mode code, run from the reset vector.
 * @returns 64 KiB, the smallest image that QEMU's `-bios` takes.
 * @throws {RangeError} If the program is longer than 16 bytes.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(resetVectorImage([0xf4]).at(-16), 0xf4);
 * ```
 */
export function resetVectorImage(
  program: readonly number[],
): Uint8Array<ArrayBuffer> {
  if (program.length > 16) {
    throw new RangeError(
      `Cannot place ${program.length} bytes at the reset vector: it has 16`,
    );
  }
  const image = new Uint8Array(64 * 1024);
  image.set(program, image.length - 16);
  return image;
}
