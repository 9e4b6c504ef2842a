import assert from "node:assert/strict";
import { writeCpio } from "../../build/artefacts/mod.ts";
import { Machine } from "../../mod.ts";
import { LONG } from "../scale.ts";
import { BOOT_TIMEOUT } from "./node.ts";

/** The kernel by itself, and an initrd whose PID 1 throws in the step that /etc/fault names: `deno task image test`. */
const KERNEL = Deno.env.get("KIOS_VM_KERNEL") ?? "out/test/bzImage";
const INITRD = "out/test/faulty.cpio";

/** What is tried in the short form: what the node cannot do without, what it can, and a phase of its way down. */
const SOME = ["take care of services", "be logind", "stop containerd"];

/** Without it, the button is not heard. */
const BUTTON = "watch the power button";

/** The kernel's command line, as it stands in the image. */
const COMMAND_LINE = Deno.readTextFileSync("kernel/cmdline").replaceAll(/#.*/g, "").trim().split(/\s+/).join(" ");

/** Boots a node whose PID 1 throws in a step. */
async function bootFaulty(fault: string, folder: string): Promise<Machine> {
  const initrd = `${folder}/initrd`;
  await writeCpio(initrd, [
    { type: "directory", path: "etc" },
    { type: "file", path: "etc/fault", content: new TextEncoder().encode(fault) },
  ]);
  const second = await Deno.readFile(initrd);
  await Deno.copyFile(INITRD, initrd);
  await Deno.writeFile(initrd, second, { append: true });
  const options = { kernel: KERNEL, initrd, commandLine: COMMAND_LINE, memory: 2048, endOnReboot: true };
  return await Machine.boot({ name: "faulty", ...options });
}

/** Boots a node with a bug, sees what becomes of it, and returns the steps it came to. */
async function check(fault: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await using vm = await bootFaulty(fault, folder);
    const required = vm.expect(/cannot go on: (.*)/, { timeout: BOOT_TIMEOUT }).then(() => true, () => false);
    const ready = vm.expect(/kubelet ready/, { timeout: BOOT_TIMEOUT }).then(() => false, () => true);
    if (await Promise.race([required, ready])) {
      await vm.exited({ timeout: BOOT_TIMEOUT });
      const said = vm.consoleText.slice(vm.consoleText.indexOf("cannot go on: "));
      assert(said.startsWith(`cannot go on: ${fault}: injected`), said);
      for (let left = 10; left > 0; left--) assert(said.includes(`reboot in ${left} s`), said);
    } else {
      if (fault === BUTTON) return []; // it goes on; only there is no button to end it with
      await vm.powerButton();
      await vm.exited({ timeout: BOOT_TIMEOUT });
      assert.match(vm.consoleText, /power off/);
      if (fault !== "") assert(vm.consoleText.includes(`${fault}: injected, going on`), vm.consoleText);
    }
    return [...vm.consoleText.matchAll(/^step: (.*)$/gm)].map(([, name]) => name!);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("PID 1 with a bug goes on where it can, and says so, counts down and reboots where it cannot", async (test) => {
  let faults = SOME;
  if (LONG) {
    faults = [];
    await test.step("a node without a bug comes to all its steps", async () => {
      faults = await check("");
      assert.deepEqual(SOME.filter((name) => !faults.includes(name)), []);
    });
  }
  for (const fault of faults) {
    await test.step(fault, async () => {
      const steps = await check(fault);
      if (fault !== BUTTON) assert(steps.includes(fault), `It was not come to: ${steps}`);
    });
  }
});
