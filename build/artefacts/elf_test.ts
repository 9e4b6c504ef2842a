import assert from "node:assert/strict";
import { elfEnd } from "./elf.ts";
import { temporaryDirectory } from "./testing.ts";

/** An ELF file of a header and three section headers. */
function makeElf(): Uint8Array {
  const bytes = new Uint8Array(64 + 3 * 64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, 64n, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  return bytes;
}

Deno.test("elfEnd() finds the end of a program that something was appended to", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/program`;
  await Deno.writeFile(path, new Uint8Array([...makeElf(), 1, 2, 3]));
  assert.equal(await elfEnd(path), 256);
});

Deno.test("elfEnd() says what is wrong with a file that is no whole ELF program", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/program`;
  const says = async (bytes: Uint8Array, message: RegExp) => {
    await Deno.writeFile(path, bytes);
    await assert.rejects(elfEnd(path), { name: "SyntaxError", message });
  };
  const elf = makeElf();
  await says(new Uint8Array(), /it is no ELF file/);
  await says(elf.with(1, 0), /it is no ELF file/);
  await says(elf.with(4, 1), /it is not for 64 bits, little-endian/);
  await says(elf.slice(0, 50), /it is cut off within its header/);
  await says(elf.slice(0, 255), /it should be at 256, after the file's 255 bytes/);
  await says(elf.with(47, 0xff), /it should be at/);
  await says(elf.with(60, 0), /it has no section headers/);
});
