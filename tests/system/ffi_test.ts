import assert from "node:assert/strict";
import { programCommand, runAsInit } from "./namespace.ts";

/** Runs a program of this folder as PID 1 and returns the lines it printed. */
async function linesOf(program: string): Promise<string[]> {
  const { code, stdout, stderr } = await runAsInit(programCommand(program));
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split("\n");
}

Deno.test("mount() and umount() mount, change and unmount a file system", async () => {
  const [mounted, remounted, unmounted] = await linesOf("mounts.ts");
  assert.match(mounted!, /^mounted: test T tmpfs rw,nosuid,nodev,.*mode=700/);
  assert.match(remounted!, /^remounted: test T tmpfs ro,nosuid,/);
  assert.equal(unmounted, "unmounted: nothing");
});

Deno.test("bringUp() brings lo up with its address, setns() comes back to it", async () => {
  assert.deepEqual(await linesOf("network.ts"), [
    "at first: false",
    "brought up: true 127.0.0.1",
    "elsewhere: false",
    "back: true",
  ]);
});

Deno.test("sethostname(), unshare(), setns() and chroot() act on their namespace", async () => {
  const before = Deno.hostname();
  assert.deepEqual(await linesOf("host.ts"), [
    "node-7",
    "left: true",
    "back: true",
    "inside",
  ]);
  assert.equal(Deno.hostname(), before);
});

for (const [power, signal] of [["off", 2], ["again", 1]] as const) {
  Deno.test(`reboot() ends the namespace: ${power}`, async () => {
    const { code } = await runAsInit([...programCommand("power.ts"), power]);
    assert.equal(code, 128 + signal, "see reboot(2), behavior inside PID namespaces");
  });
}
