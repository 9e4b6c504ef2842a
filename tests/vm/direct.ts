/**
 * A node that QEMU starts without firmware, as a network boot does: sooner, with words on its command line and a second
 * initrd.
 *
 * @module
 */
import { type CpioEntry, readPe, writeCpio } from "../../build/artefacts/mod.ts";
import { Machine, type MachineOptions } from "../../mod.ts";
import { NODE, TEST_IMAGE, waitForPods } from "./node.ts";

/** What such a node starts with. */
export interface DirectOptions extends MachineOptions {
  /** What its command line has beside the image's own. */
  words?: readonly string[];
  /** What a second initrd has in /etc: texts by path. */
  etc?: Readonly<Record<string, string>>;
}

/** The kernel of the test image. */
const KERNEL = Deno.env.get("KIOS_VM_KERNEL") ?? "out/test/bzImage";

/** The words that the image's own command line has: lines with comments. */
async function imageWords(): Promise<string[]> {
  return (await Deno.readTextFile("kernel/cmdline")).replaceAll(/#.*$/gm, "").trim().split(/\s+/);
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
function entriesOf(etc: Readonly<Record<string, string>>): CpioEntry[] {
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

/** Writes the initrd of the test image and, behind it, the second one, if it has files. */
async function writeInitrd(folder: string, etc: Readonly<Record<string, string>>): Promise<string> {
  const initrd = `${folder}/initrd`;
  await Deno.writeFile(initrd, await imageInitrd());
  if (Object.keys(etc).length === 0) return initrd;
  await writeCpio(`${folder}/second`, entriesOf(etc));
  // Each archive begins at a multiple of 4: Documentation/driver-api/early-userspace/buffer-format.rst
  await Deno.truncate(initrd, Math.ceil((await Deno.stat(initrd)).size / 512) * 512);
  await Deno.writeFile(initrd, await Deno.readFile(`${folder}/second`), { append: true });
  return initrd;
}

/**
 * Switches a machine with the test image on, without firmware.
 *
 * @param options What it starts with
 * @returns The machine, which has power and no more
 */
export async function startDirect(options: DirectOptions = {}): Promise<Machine> {
  const { words = [], etc = {}, ...rest } = options;
  const folder = await Deno.makeTempDir({ prefix: "kios-direct-" });
  try {
    const initrd = await writeInitrd(folder, etc);
    const commandLine = [...await imageWords(), ...words].join(" ");
    return await Machine.boot({ ...NODE, kernel: KERNEL, initrd, commandLine, ...rest });
  } finally {
    // QEMU has it in memory.
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Boots a node with the test image, without firmware.
 *
 * @param options What it starts with
 * @returns The machine, its probe answering
 */
export async function bootDirect(options: DirectOptions = {}): Promise<Machine> {
  return await waitForPods(await startDirect(options));
}
