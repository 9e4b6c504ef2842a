import assert from "node:assert/strict";
import { findTool, Machine } from "../machine/mod.ts";

const KERNEL = Deno.env.get("KIOS_VM_KERNEL") ?? "out/test/bzImage";
const SOURCE = new URL("stage0.c", import.meta.url).pathname;

/** Why stage 0 cannot be booted here, for the name of a skipped test. */
async function whyNot(): Promise<string | undefined> {
  try {
    findTool("qemu-system-x86_64");
    await new Deno.Command("musl-gcc", { args: ["--version"], stdout: "null" }).output();
    await Deno.stat(KERNEL);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A file of an initrd. */
interface Entry {
  name: string;
  mode: number;
  data: Uint8Array;
}

/** A cpio archive in the format the kernel unpacks: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html */
function newc(entries: Entry[]): Blob {
  const end = { name: "TRAILER!!!", mode: 0, data: new Uint8Array() };
  const padding = (length: number) => new Uint8Array((4 - length % 4) % 4);
  return new Blob([...entries, end].flatMap(({ name, mode, data }, index) => {
    const fields = [index, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = "070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join("") + `${name}\0`;
    return [header, padding(header.length), new Uint8Array(data), padding(data.length)];
  }));
}

/** Compiles stage 0 and gives an initrd that holds it, and nothing else. */
async function initrdWithoutRoot(folder: string): Promise<string> {
  const { success } = await new Deno.Command("musl-gcc", {
    args: ["-static", "-Os", "-o", `${folder}/init`, SOURCE],
  }).output();
  assert(success);
  const data = await Deno.readFile(`${folder}/init`);
  const initrd = newc([{ name: "init", mode: 0o100755, data }]);
  await Deno.writeFile(`${folder}/initrd`, initrd.stream());
  return `${folder}/initrd`;
}

const reason = await whyNot();

Deno.test({
  name: `stage 0 says what is wrong and starts again${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  ignore: reason !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await using vm = await Machine.boot({
        name: "stage0",
        logs: folder,
        kernel: KERNEL,
        initrd: await initrdWithoutRoot(folder),
        commandLine: "rootfstype=ramfs console=ttyS0 panic=10 quiet loglevel=4",
        memory: 256,
        endOnReboot: true,
      });
      await vm.expect("stage 0 cannot mount /root.erofs: No such file or directory; reboot in 10 seconds");
      assert.equal(await vm.exited(), 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
