import assert from "node:assert/strict";
import { resetVectorImage, runsGuests } from "./accel.ts";
import { MachineError, MissingToolError } from "./errors.ts";
import { Machine } from "./machine.ts";
import { findTool } from "./tools.ts";

/** Why no machine can be booted here, for the name of a skipped test. */
function whyNot(): string | undefined {
  try {
    findTool("qemu-system-x86_64");
  } catch (error) {
    if (error instanceof MissingToolError) return `${error.message}. ${error.hint}`;
    throw error;
  }
}

const reason = whyNot();

/** A test that needs QEMU; it says why where it is skipped. */
function qemuTest(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A firmware that says "ready" on the first serial port and echoes what it is sent. */
function echoFirmware(): Uint8Array {
  const image = resetVectorImage([0xe9, 0x0d, 0x00]); // jmp to offset 0
  image.set([
    ...[0xba, 0xf8, 0x03], // mov dx, 0x3f8: data
    ...[..."ready\n"].flatMap((letter) => [0xb0, letter.charCodeAt(0), 0xee]), // mov al, letter; out dx, al
    ...[0xba, 0xfd, 0x03, 0xec], // mov dx, 0x3fd; in al, dx: line status
    ...[0xa8, 0x01, 0x74, 0xf8], // test al, 1; jz back: nothing came
    ...[0xba, 0xf8, 0x03, 0xec, 0xee], // mov dx, 0x3f8; in al, dx; out dx, al
    ...[0xeb, 0xf1], // jmp back
  ]);
  return image;
}

/** A machine that runs {@linkcode echoFirmware}. */
async function echoMachine(folder: string): Promise<Machine> {
  await Deno.writeFile(`${folder}/firmware`, echoFirmware());
  return await Machine.boot({
    name: "echo",
    logs: folder,
    accelerator: "tcg",
    memory: 32,
    ports: [8080],
    extra: ["-bios", `${folder}/firmware`],
  });
}

qemuTest("Machine.boot() starts a guest that is heard and spoken to", async (folder) => {
  await using vm = await echoMachine(folder);
  await vm.expect("ready");
  await vm.send("ping 7\n");
  const { groups } = await vm.expect(/ping (\d)/);
  assert.deepEqual(groups, ["7"]);
  assert.equal(vm.consoleText, "ready\nping 7\n");
});

qemuTest("Machine.reset() starts the guest again", async (folder) => {
  await using vm = await echoMachine(folder);
  await vm.expect("ready");
  await vm.reset();
  await vm.expect("ready");
});

qemuTest("Machine.port() tells the port of the host that leads inside", async (folder) => {
  await using vm = await echoMachine(folder);
  assert(vm.port(8080) > 0);
  assert.equal(vm.url(8080, "/json"), `http://127.0.0.1:${vm.port(8080)}/json`);
  assert.throws(() => vm.port(9090), RangeError);
});

qemuTest("Machine.expect() says what was seen instead, and where it is kept", async (folder) => {
  await using vm = await echoMachine(folder);
  await vm.expect("ready");
  await assert.rejects(vm.expect("kubelet started", { timeout: 50 }), (error) => {
    assert(error instanceof MachineError);
    assert.match(error.message, /Cannot see "kubelet started" on the console: 0.05 s passed/);
    assert.match(error.message, /\| ready/);
    assert.equal(Deno.readTextFileSync(error.logPath), "ready\n");
    return true;
  });
});

qemuTest("Machine.kill() ends QEMU, and those who wait are told", async (folder) => {
  await using vm = await echoMachine(folder);
  await vm.expect("ready");
  const waiting = assert.rejects(vm.expect("more"), /QEMU exited with/);
  await vm.kill();
  await waiting;
  assert.throws(() => Deno.statSync(`/proc/${vm.pid}`), Deno.errors.NotFound);
});

qemuTest("Machine.boot() repeats what QEMU complains about", async (folder) => {
  await assert.rejects(
    Machine.boot({ accelerator: "tcg", logs: folder, extra: ["-bios", "/nowhere"] }),
    /Cannot start QEMU: .*\/nowhere/,
  );
});

qemuTest("runsGuests() sees that the translator works", async () => {
  assert.equal(await runsGuests("tcg"), true);
});
