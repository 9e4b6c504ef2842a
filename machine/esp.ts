/**
 * EFI system partitions, written without root and without loop devices.
 *
 * @module
 */
import { findTool, type Tool } from "./tools.ts";

/** The removable-media path that firmware tries on its own (UEFI 2.10, 3.5.1.1). */
const BOOT_FOLDERS = ["EFI", "EFI/BOOT"];
const BOOT_FILE = "EFI/BOOT/BOOTX64.EFI";

/** Room for the FAT itself beside the file. */
const SPARE_BYTES = 8 * 1024 * 1024;

/** FAT32 has at least 65525 clusters, which is 33 MB of 512 bytes. */
const MINIMUM_BYTES = 36 * 1024 * 1024;

/**
 * Writes a FAT image that firmware starts `efi` from.
 *
 * @param efi The EFI program.
 * @param image The image to write; it is sparse and a little larger than `efi`.
 * @throws {MissingToolError} If mtools is not installed.
 * @throws {TypeError} If mtools fails.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/kios.efi`, "an EFI program");
 * await writeEsp(`${folder}/kios.efi`, `${folder}/esp`);
 * assert.equal((await Deno.stat(`${folder}/esp`)).size, 36 * 1024 * 1024);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeEsp(efi: string, image: string): Promise<void> {
  const { size } = await Deno.stat(efi);
  const sectors = Math.ceil(Math.max(size + SPARE_BYTES, MINIMUM_BYTES) / 512);
  await Deno.writeFile(image, new Uint8Array());
  await Deno.truncate(image, sectors * 512);
  await run("mformat", ["-i", image, "-F", "-v", "KIOS", "-T", `${sectors}`]);
  await run("mmd", ["-i", image, ...BOOT_FOLDERS.map((path) => `::${path}`)]);
  await run("mcopy", ["-i", image, efi, `::${BOOT_FILE}`]);
}

/** Runs one of mtools. */
async function run(tool: Tool, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(findTool(tool), {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    // mtools refuses sizes that no old disk drive had.
    env: { MTOOLS_SKIP_CHECK: "1" },
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr).trim();
    throw new TypeError(`Cannot run "${tool} ${args.join(" ")}": ${reason}`);
  }
}
