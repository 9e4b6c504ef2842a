import assert from "node:assert/strict";
import { writeDataDisk } from "../../machine/mod.ts";
import type { DataChoice } from "./choice.ts";
import { createFinder, readPiece } from "./find.ts";
import { crc32, parseGptEntries, parseGptHeader } from "./gpt.ts";

const UUID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const PARTUUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

/** What the kernel shows of disks: images in `root/dev`, links in `root/class`. */
class FakeKernel implements AsyncDisposable {
  readonly root = Deno.makeTempDirSync();
  readonly places = { classes: `${this.root}/class`, devices: `${this.root}/dev` };

  constructor() {
    Deno.mkdirSync(this.places.classes);
    Deno.mkdirSync(this.places.devices);
  }

  /** Adds a disk, with one partition where `start` is given. */
  add(name: string, partition?: { name: string; start: number }): string {
    const disk = `${this.root}/devices/pci/block/${name}`;
    Deno.mkdirSync(`${disk}/queue`, { recursive: true });
    Deno.writeTextFileSync(`${disk}/queue/logical_block_size`, "512\n");
    Deno.symlinkSync(disk, `${this.places.classes}/${name}`);
    if (partition) {
      Deno.mkdirSync(`${disk}/${partition.name}`);
      Deno.writeTextFileSync(`${disk}/${partition.name}/partition`, "1\n");
      Deno.writeTextFileSync(`${disk}/${partition.name}/start`, `${partition.start}\n`);
      Deno.symlinkSync(`${disk}/${partition.name}`, `${this.places.classes}/${partition.name}`);
    }
    return `${this.places.devices}/${name}`;
  }

  /** Finds; complaints become part of what is found. */
  async find(choice: DataChoice, options: { limit?: number; read?: typeof readPiece } = {}): Promise<string[]> {
    const complaints: string[] = [];
    const complain = (text: string) => void complaints.push(text);
    const finder = createFinder(this.places, choice, { limit: 5, complain, ...options });
    return [...await finder.find(), ...complaints];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test("createFinder() finds partitions by their type, in the documented order", async () => {
  await using kernel = new FakeKernel();
  for (const [disk, part] of [["sda", "sda1"], ["vda", "vda1"], ["nvme1n1", "nvme1n1p1"], ["nvme0n1", "nvme0n1p1"]]) {
    await writeDataDisk(kernel.add(disk!, { name: part!, start: 2048 }), { size: 1, blank: true });
  }
  const other = { size: 1, blank: true, type: "0FC63DAF-8483-4772-8E79-3D69D8477DE4" };
  await writeDataDisk(kernel.add("sdb", { name: "sdb1", start: 2048 }), other);
  assert.deepEqual(await kernel.find({ by: "type" }), ["nvme0n1p1", "nvme1n1p1", "vda1", "sda1"]);
  assert.deepEqual(await kernel.find({ by: "none" }), []);
});

Deno.test("createFinder() finds a partition by name, UUID and PARTUUID", async () => {
  await using kernel = new FakeKernel();
  const file = kernel.add("sda", { name: "sda1", start: 2048 });
  await writeDataDisk(file, { size: 4, uuid: UUID, partitionUuid: PARTUUID });
  // The kernel shows the partition as a device of its own.
  const whole = await Deno.readFile(file);
  await Deno.writeFile(`${kernel.places.devices}/sda1`, whole.subarray(2048 * 512));
  assert.deepEqual(await kernel.find({ by: "device", value: "sda1" }), ["sda1"]);
  assert.deepEqual(await kernel.find({ by: "uuid", value: UUID }), ["sda1"]);
  assert.deepEqual(await kernel.find({ by: "partuuid", value: PARTUUID }), ["sda1"]);
  assert.deepEqual(await kernel.find({ by: "uuid", value: PARTUUID }), []);
});

Deno.test("createFinder() takes only partitions that the kernel has made where the table says", async () => {
  await using kernel = new FakeKernel();
  await writeDataDisk(kernel.add("sda", { name: "sda1", start: 4096 }), { size: 1, blank: true });
  await writeDataDisk(kernel.add("sdb"), { size: 1, blank: true });
  assert.deepEqual(await kernel.find({ by: "type" }), []);
});

Deno.test("createFinder() goes on past disks that cannot be read, and says so", async () => {
  await using kernel = new FakeKernel();
  kernel.add("sda", { name: "sda1", start: 2048 }); // no such file
  const hanging = kernel.add("sdb", { name: "sdb1", start: 2048 });
  await writeDataDisk(kernel.add("sdc", { name: "sdc1", start: 2048 }), { size: 1, blank: true });
  const read: typeof readPiece = (path, ...rest) => path === hanging ? new Promise(() => {}) : readPiece(path, ...rest);
  const [found, ...complaints] = await kernel.find({ by: "type" }, { limit: 0.2, read });
  assert.equal(found, "sdc1");
  assert.match(complaints.join(), /Cannot read disk ".*\/sda".*Cannot read disk ".*\/sdb": no answer in 0.2 s/);
});

Deno.test("a partition table that is damaged anywhere has no partitions", async () => {
  const path = await Deno.makeTempFile();
  await writeDataDisk(path, { size: 1, blank: true });
  const disk = await Deno.readFile(path);
  const header = parseGptHeader(disk.slice(512, 1024))!;
  const array = () =>
    disk.slice(header.entriesBlock * 512, header.entriesBlock * 512 + header.count * header.entrySize);
  const [entry, ...others] = parseGptEntries(array(), header);
  assert.deepEqual(others, []);
  assert.deepEqual([entry!.number, entry!.firstBlock, entry!.lastBlock], [1, 2048, 4095]);
  for (let at = 0; at < 92; at++) {
    const block = disk.slice(512, 1024);
    block[at]! ^= 0x40;
    assert.equal(parseGptHeader(block), undefined, `byte ${at} of the header`);
  }
  for (let at = 0; at < array().length; at += 41) {
    const damaged = array();
    damaged[at]! ^= 1;
    assert.deepEqual(parseGptEntries(damaged, header), [], `byte ${at} of the entries`);
  }
  for (let length = 0; length < 92; length++) {
    assert.equal(parseGptHeader(disk.slice(512, 512 + length)), undefined);
  }
  await Deno.remove(path);
});

Deno.test("parseGptHeader() refuses a table that would fill the memory", async () => {
  const path = await Deno.makeTempFile();
  await writeDataDisk(path, { size: 1, blank: true });
  const block = (await Deno.readFile(path)).slice(512, 1024);
  const view = new DataView(block.buffer);
  view.setUint32(80, 0xffffffff, true);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(block.subarray(0, 92)), true);
  assert.equal(parseGptHeader(block), undefined);
  await Deno.remove(path);
});
