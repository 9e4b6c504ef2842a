import assert from "node:assert/strict";
import { Machine, waitForPage, writeEsp } from "../../mod.ts";
import { BOOT_TIMEOUT, bootNode, HELLO_PORT, IMAGE, inside } from "./node.ts";

/** The share of a PNG's bytes, before compression, that are not zero: how much of a screen is lit. */
async function litShare(path: string): Promise<number> {
  const png = await Deno.readFile(path);
  const view = new DataView(png.buffer);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (type === "IDAT") parts.push(png.slice(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(stream).arrayBuffer());
  return pixels.filter((byte) => byte !== 0).length / pixels.length;
}

Deno.test("a node boots from NVMe, with an e1000e card, and speaks on the screen too", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeEsp(IMAGE, `${folder}/esp.img`);
    await using vm = await Machine.boot({
      uefi: true,
      disks: [{ file: `${folder}/esp.img`, bus: "nvme" }],
      nic: "e1000e",
      screen: true,
      memory: 2048,
      ports: [HELLO_PORT],
    });
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    await vm.screenshot(`${folder}/screen.png`);
    const lit = await litShare(`${folder}/screen.png`);
    assert.ok(lit > 0.001, `Only ${lit} of the screen is lit`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a node sees disks on virtio, NVMe, AHCI, SCSI and USB", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const buses = ["virtio", "nvme", "ahci", "scsi", "usb"] as const;
    const disks = [];
    for (const [index, bus] of buses.entries()) {
      const file = `${folder}/${bus}.img`;
      await Deno.writeFile(file, new Uint8Array());
      await Deno.truncate(file, (index + 10) << 20); // each of its own size, by which it is known again
      disks.push({ file, bus });
    }
    await using vm = await bootNode({ disks });
    const sizes = (await inside(vm, "awk '$4 ~ /^(vd|nvme|sd)/ { print $3 }' /proc/partitions")).split("\n").map(
      Number,
    );
    for (const [index, bus] of buses.entries()) assert.ok(sizes.includes((index + 10) << 10), `${bus}: ${sizes}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
