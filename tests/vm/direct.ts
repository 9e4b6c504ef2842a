/**
 * A node that QEMU starts without firmware, as a network boot does: with words on its command line and a second initrd.
 *
 * @module
 */
import { type CpioEntry, readPe, writeCpio } from "../../build/artefacts/mod.ts";
import type { Machine, MachineOptions } from "../../mod.ts";
import { bootNode, TEST_IMAGE } from "./node.ts";

/** The kernel of the test image. */
const KERNEL = Deno.env.get("KIOS_VM_KERNEL") ?? "out/test/bzImage";

/** The words that the image's own command line has: lines with comments. */
async function imageWords(): Promise<string> {
  return (await Deno.readTextFile("kernel/cmdline")).replaceAll(/#.*$/gm, "").trim().split(/\s+/).join(" ");
}

/** The initrd of the test image. */
async function imageInitrd(): Promise<Uint8Array<ArrayBuffer>> {
  const section = (await readPe(TEST_IMAGE)).sections.find(({ name }) => name === ".initrd");
  if (section === undefined) throw new TypeError(`"${TEST_IMAGE}" has no .initrd`);
  using file = await Deno.open(TEST_IMAGE);
  await file.seek(section.offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(section.virtualSize);
  for (let read = 0; read < bytes.length;) read += await file.read(bytes.subarray(read)) ?? bytes.length;
  return bytes;
}

/** The entries of an initrd with files below /etc. */
function entriesOf(etc: Record<string, string>): CpioEntry[] {
  const directories = new Set<string>(["etc"]);
  for (const name of Object.keys(etc)) {
    const parts = `etc/${name}`.split("/").slice(0, -1);
    parts.forEach((_, index) => directories.add(parts.slice(0, index + 1).join("/")));
  }
  return [
    ...[...directories].map((path) => ({ type: "directory" as const, path })),
    ...Object.entries(etc).map(([name, text]) => ({
      type: "file" as const,
      path: `etc/${name}`,
      content: new TextEncoder().encode(text),
    })),
  ];
}

/**
 * Boots a node with the test image, without firmware.
 *
 * @param words What its command line has beside the image's own
 * @param etc What a second initrd has in /etc: texts by path
 * @param options More about the machine
 * @returns The machine, its probe answering
 */
export async function bootDirectly(
  words: string,
  etc: Record<string, string>,
  options: MachineOptions = {},
): Promise<Machine> {
  const folder = await Deno.makeTempDir({ prefix: "kios-direct-" });
  try {
    await writeCpio(`${folder}/second`, entriesOf(etc));
    const initrd = `${folder}/initrd`;
    await Deno.writeFile(initrd, await imageInitrd());
    // Each archive begins at a multiple of 4: Documentation/driver-api/early-userspace/buffer-format.rst
    await Deno.truncate(initrd, Math.ceil((await Deno.stat(initrd)).size / 512) * 512);
    await Deno.writeFile(initrd, await Deno.readFile(`${folder}/second`), { append: true });
    return await bootNode({ kernel: KERNEL, initrd, commandLine: `${await imageWords()} ${words}`, ...options });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
