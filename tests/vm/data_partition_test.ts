import assert from "node:assert/strict";
import { checkDataDisk, dataSuperblock, type Machine, readDataFile, writeDataDisk, writeDataFile } from "../../mod.ts";
import { bootDirect, startDirect } from "./direct.ts";
import { BOOT_TIMEOUT, inside, waitForPods, waitForProbe } from "./node.ts";

const TIMEOUT = { timeout: BOOT_TIMEOUT };

/** How often the runtime has been asked to pull an image, in all runs. */
const PULLS = "cat /host/var/log/kios/containerd.log* | grep -c 'PullImage \\\\\"kios.local'";

/** Reboots a node and waits for its pods. */
async function reboot(vm: Machine): Promise<void> {
  const request = "POST /reboot HTTP/1.1\\r\\nHost: kios\\r\\nConnection: close\\r\\n\\r\\n";
  await inside(vm, `printf '${request}' | connect /host/run/kios/control.sock`).catch(() => {}); // nor does the probe live on
  await vm.expect("init started", TIMEOUT);
  await waitForPods(vm);
}

/** Checks that a disk was unmounted, and is in order. */
async function checkClean(file: string): Promise<void> {
  const superblock = await dataSuperblock(file);
  assert.equal(superblock.get("Filesystem state"), "clean");
  assert.doesNotMatch(superblock.get("Filesystem features")!, /needs_recovery/);
  await checkDataDisk(file);
}

Deno.test("what a node keeps is there after its next start", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  await writeDataDisk(file, { size: 256 });
  let identity = "";
  let pulls = "";
  try {
    {
      await using vm = await bootDirect({ disks: [{ file }] });

      await test.step("the first use of an empty partition makes its directories", async () => {
        await vm.expect("data partition /dev/vda1: directories made");
        await vm.expect("data partition /dev/vda1 mounted");
        const modes = await inside(
          vm,
          "cd /host/var/lib/kios; stat -c '%a %n' meta meta/* meta/.etc.work data/* images modules",
        );
        for (
          const line of [
            "755 meta",
            "755 meta/etc",
            "700 meta/.etc.work",
            "755 meta/log",
            "700 data/oci",
            "750 data/pods",
            "755 images",
            "755 modules",
            "600 meta/random-seed",
          ]
        ) assert(modes.split("\n").includes(line), `${line} is not among:\n${modes}`);
        identity = await inside(vm, "cat /host/etc/machine-id");
        assert.match(identity, /^[0-9a-f]{32}$/);
        pulls = await inside(vm, PULLS);
        assert.notEqual(pulls, "0");
        await inside(vm, "echo kept >/host/etc/kept");
      });

      await test.step("the second start knows who it is, and pulls no image again", async () => {
        await reboot(vm);
        assert.equal(await inside(vm, "cat /host/etc/machine-id"), identity);
        assert.equal(await inside(vm, "cat /host/etc/kept"), "kept");
        assert.equal(await inside(vm, PULLS), pulls);
      });

      // What the node makes itself in its first minute.
      await inside(vm, "dd if=/dev/zero of=/host/var/lib/kios/meta/reserve bs=4k count=4000");
      await vm.powerButton();
      assert.equal(await vm.exited(), 0);
    }

    await test.step("it is unmounted clean", async () => {
      await checkClean(file);
      assert.equal(await readDataFile(file, "meta/etc/kept"), "kept\n");
      assert.equal(await readDataFile(file, "meta/etc/machine-id"), `${identity}\n`);
    });

    await test.step("a partition that is full gives its reserve free, and the node starts", async () => {
      const superblock = await dataSuperblock(file);
      const free = Number(superblock.get("Free blocks")) * Number(superblock.get("Block size"));
      await writeDataFile(file, "ballast", new Uint8Array(Math.floor(free * 0.995)).fill(1));
      await using vm = await waitForProbe(await startDirect({ disks: [{ file }] }));
      await vm.expect("data partition /dev/vda1 is full: its reserve is free now, have room made soon");
      await vm.expect("kubelet ready", TIMEOUT);
      assert.equal(await inside(vm, "ls /host/var/lib/kios/meta/reserve 2>/dev/null || echo none"), "none");
      await inside(vm, "rm /host/var/lib/kios/ballast; echo more >>/host/etc/kept");
      await vm.powerButton();
      assert.equal(await vm.exited(), 0);
      assert.equal(await readDataFile(file, "meta/etc/kept"), "kept\nmore\n");
      await checkClean(file);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
