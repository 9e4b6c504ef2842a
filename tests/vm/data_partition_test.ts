import assert from "node:assert/strict";
import { checkDataDisk, dataSuperblock, readDataFile, writeDataDisk } from "../../mod.ts";
import { bootNode, inside } from "./node.ts";

Deno.test("what a node keeps is there after its next start", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  let identity = "";
  try {
    await writeDataDisk(file, { size: 1024 });

    await test.step("the first use of an empty partition makes its directories", async () => {
      await using vm = await bootNode({ disks: [{ file }] });
      await vm.expect(/data partition \/dev\/vd\w+1: directories made/);
      await vm.expect(/data partition \/dev\/vd\w+1 mounted/);
      identity = await inside(vm, "cat /host/etc/machine-id");
      assert.match(identity, /^[0-9a-f]{32}$/);
      await inside(vm, "echo kept >/host/etc/kept");
      await vm.powerButton();
      assert.equal(await vm.exited(), 0);
    });

    await test.step("it is unmounted clean", async () => {
      const superblock = await dataSuperblock(file);
      assert.equal(superblock.get("Filesystem state"), "clean");
      assert.doesNotMatch(superblock.get("Filesystem features")!, /needs_recovery/);
      await checkDataDisk(file);
      assert.equal(await readDataFile(file, "meta/etc/kept"), "kept\n");
      assert.equal(await readDataFile(file, "meta/etc/machine-id"), `${identity}\n`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
