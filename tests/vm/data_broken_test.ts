import assert from "node:assert/strict";
import { findTool, writeDataDisk } from "../../mod.ts";
import { bootDirect, startDirect } from "./direct.ts";
import { BOOT_TIMEOUT, inside } from "./node.ts";

const TIMEOUT = { timeout: BOOT_TIMEOUT };

/** Where the partition of a data disk begins, and its superblock, in bytes. */
const SUPERBLOCK = 1024 * 1024 + 1024;

/** Another word for all bytes of a file. */
async function digest(path: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(hash).toHex();
}

/** Writes over a few bytes of a file. */
async function damage(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.seek(offset, Deno.SeekMode.Start);
  await file.write(bytes);
}

/** Changes a file system as debugfs(8) can. */
async function debugfs(path: string, request: string): Promise<void> {
  const args = ["-w", "-R", request, `${path}?offset=${SUPERBLOCK - 1024}`];
  const { success } = await new Deno.Command(findTool("debugfs"), { args, stdout: "null", stderr: "null" }).output();
  assert(success);
}

Deno.test("a partition that cannot be used stays as it is, byte for byte, and the node runs in RAM", async (test) => {
  const folder = await Deno.makeTempDir();
  const [bad, good] = [`${folder}/bad.img`, `${folder}/good.img`];
  try {
    await writeDataDisk(bad, { size: 64 });
    await writeDataDisk(good, { size: 64 });

    await test.step("one without a superblock, the first of two candidates", async () => {
      await damage(bad, SUPERBLOCK, new Uint8Array(1024));
      const before = await Promise.all([bad, good].map(digest));
      {
        await using vm = await bootDirect({ disks: [{ file: bad, bus: "nvme" }, { file: good }] });
        await vm.expect("more than one data partition: /dev/nvme0n1p1 is used, not /dev/vda1");
        await vm.expect(
          /data partition \/dev\/nvme0n1p1 cannot be used: it holds no ext4 file system; it stays as it is/,
        );
        assert.match(await inside(vm, "cat /proc/1/mounts"), /^tmpfs \/var\/lib\/containerd tmpfs/m);
        await vm.powerButton();
        assert.equal(await vm.exited(), 0);
      }
      assert.deepEqual(await Promise.all([bad, good].map(digest)), before);
    });

    const start = (file: string, readOnly = false) =>
      startDirect({ disks: [{ file, readOnly }], memory: 1024, nic: "none", ports: [] });

    await test.step("one whose superblock contradicts itself", async () => {
      await writeDataDisk(bad, { size: 64 });
      await damage(bad, SUPERBLOCK + 4, new Uint8Array([0xff, 0xff])); // s_blocks_count_lo
      const before = await digest(bad);
      {
        await using vm = await start(bad);
        await vm.expect(
          /data partition \/dev\/vda1 cannot be used: it cannot be mounted: .*; it stays as it is/,
          TIMEOUT,
        );
        await vm.expect("containerd started", TIMEOUT);
      }
      assert.equal(await digest(bad), before);
    });

    await test.step("one whose journal has to be replayed, on a disk that cannot be written to", async () => {
      await debugfs(good, "feature needs_recovery");
      await using vm = await start(good, true);
      await vm.expect(
        /data partition \/dev\/vda1 cannot be used: .*; a read-only disk's journal cannot be replayed/,
        TIMEOUT,
      );
      await vm.expect("containerd started", TIMEOUT);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a read-only partition is read, and all that is new is kept in RAM", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  try {
    await writeDataDisk(file, { size: 64, files: { "meta/etc/hostname": "from-the-disk\n", "modules/x": "" } });
    const before = await digest(file);
    {
      await using vm = await bootDirect({ disks: [{ file, readOnly: true, bus: "scsi" }] });
      await vm.expect("data partition /dev/sda1 is read-only: it is read, but all that is new is kept in RAM");
      assert.equal(await inside(vm, "cat /host/proc/sys/kernel/hostname"), "from-the-disk");
      assert.equal(
        await inside(vm, "echo new >/host/etc/hostname; cat /host/etc/hostname; ls /host/lib/modules"),
        "new\nx",
      );
      assert.match(await inside(vm, "cat /proc/1/mounts"), /^tmpfs \/var\/lib\/kubelet tmpfs/m);
    }
    assert.equal(await digest(file), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
