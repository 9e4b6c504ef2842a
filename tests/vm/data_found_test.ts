import assert from "node:assert/strict";
import { type Disk, writeDataDisk } from "../../mod.ts";
import { startDirect } from "./direct.ts";
import { BOOT_TIMEOUT } from "./node.ts";

const TIMEOUT = { timeout: BOOT_TIMEOUT };
const UUID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

Deno.test("a data partition is found on every bus, whatever became of it the last time", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  await writeDataDisk(file, { size: 64 });
  const names = { nvme: "nvme0n1p1", ahci: "sda1", virtio: "vda1", scsi: "sda1", usb: "sda1" };
  try {
    for (const [bus, name] of Object.entries(names)) {
      await test.step(bus, async () => {
        await using vm = await startDirect({ disks: [{ file, bus } as Disk], memory: 1024, nic: "none", ports: [] });
        // The plug of the one before was pulled.
        const replayed = bus === "nvme" ? "" : ", its journal replayed";
        await vm.expect(new RegExp(`data partition /dev/${name} mounted${replayed}\n`), TIMEOUT);
        await vm.expect("containerd started", TIMEOUT);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a partition that is named is waited for", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  await writeDataDisk(file, { size: 64, uuid: UUID });
  const port = ["-device", "pcie-root-port,id=port0,bus=pcie.0,chassis=1", "-drive"];
  const options = { memory: 1024, nic: "none", ports: [], extra: [...port, `if=none,id=late,format=raw,file=${file}`] };
  try {
    await test.step("and taken when it comes late", async () => {
      await using vm = await startDirect({ ...options, words: [`datapart=UUID=${UUID}`] });
      await vm.expect(`waiting up to 15 s for data partition "${UUID}"`, TIMEOUT);
      await vm.plugIn("virtio-blk-pci", { drive: "late", bus: "port0" });
      await vm.expect("data partition /dev/vda1 mounted", TIMEOUT);
      await vm.expect("containerd started", TIMEOUT);
    });
    await test.step("but not for ever, and not for another", async () => {
      const disks = [{ file }];
      await using vm = await startDirect({ ...options, extra: [], disks, words: [`datapart=PARTUUID=${OTHER}`] });
      await vm.expect(`waited 15 s in vain for data partition "${OTHER}"`, TIMEOUT);
      await vm.expect("no data partition: all is kept in RAM", TIMEOUT);
      await vm.expect("containerd started", TIMEOUT);
    });
    await test.step("and none is taken when none is wanted", async () => {
      await using vm = await startDirect({ ...options, extra: [], disks: [{ file }], words: ["datapart=none"] });
      await vm.expect("no data partition: all is kept in RAM", TIMEOUT);
      await vm.expect("containerd started", TIMEOUT);
      assert.doesNotMatch(vm.consoleText, /waiting/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
