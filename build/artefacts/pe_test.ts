import assert from "node:assert/strict";
import { readPe } from "./pe.ts";
import { addSections } from "./pe_sections.ts";
import { exists, hasTool, randomBytes, randomNumbers, run, sha256, temporaryDirectory } from "./testing.ts";
import { makeStub } from "./testing_pe.ts";

/** Where Debian's systemd-boot-efi has the stub. */
const DEBIAN_STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

Deno.test("readPe() reads the headers of a stub", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/stub`;
  await Deno.writeFile(path, makeStub());
  const { sections, machine, signed, sizeOfHeaders } = await readPe(path);
  assert.deepEqual(sections, [
    { name: ".text", virtualAddress: 0x1000, virtualSize: 0x123, offset: 0x400, size: 0x200 },
    { name: ".data", virtualAddress: 0x2000, virtualSize: 0x80, offset: 0x600, size: 0x200 },
  ]);
  assert.deepEqual([machine, signed, sizeOfHeaders], [0x8664, false, 0x400]);
});

Deno.test("readPe() says what is wrong with a file that is no EFI program, wherever it is cut off", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/stub`;
  const stub = makeStub();
  const says = async (bytes: Uint8Array, message: RegExp) => {
    await Deno.writeFile(path, bytes);
    await assert.rejects(readPe(path), { name: "SyntaxError", message });
  };
  await says(new Uint8Array(), /it does not begin with MZ/);
  await says(new TextEncoder().encode("#!/bin/sh\n"), /it does not begin with MZ/);
  await says(stub.with(0x3c, 0x90), /it has no PE signature/);
  await says(stub.with(0x98, 0x0b).with(0x99, 0x01), /it is no image for 64 bits/);
  await says(stub.with(0x98 + 36, 3), /fileAlignment 515 is no power of two/);
  await says(stub.slice(0, 0x7ff), /it is cut off within its section "\.data"/);
  for (let length = 0; length < 0x400; length += 7) await says(stub.slice(0, length), /as an EFI program/);
});

Deno.test("readPe() never fails in another way on random damage", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/stub`;
  const random = randomNumbers(4);
  for (let i = 0; i < 200; i++) {
    const bytes = makeStub();
    for (let j = 0; j < 4; j++) bytes[random(0x200)] = random(256);
    await Deno.writeFile(path, bytes);
    await readPe(path).catch((cause) => assert(cause instanceof SyntaxError, String(cause)));
  }
});

for (const [name, stub] of [["a stub", undefined], ["Debian's stub", DEBIAN_STUB]] as const) {
  Deno.test({
    name: `addSections() adds to ${name} what objdump and readPe() find`,
    ignore: !hasTool("objdump") || (stub !== undefined && !exists(stub)),
    async fn() {
      await using directory = await temporaryDirectory();
      const at = (name: string) => `${directory.path}/${name}`;
      if (!stub) await Deno.writeFile(at("stub"), makeStub());
      const random = randomNumbers(7);
      const data = [1, 511, 512, 5000, 300_000].map((length) => randomBytes(random, length));
      await Deno.writeFile(at("kernel"), data[4] ?? new Uint8Array());
      const sections = [".osrel", ".cmdline", ".uname", ".initrd", ".linux"]
        .map((name, i) => ({ name, data: name === ".linux" ? at("kernel") : data[i] ?? new Uint8Array() }));
      await addSections(stub ?? at("stub"), sections, { output: at("uki") });
      await addSections(stub ?? at("stub"), sections, { output: at("again") });
      assert.equal(await sha256(at("uki")), await sha256(at("again")));

      const before = await readPe(stub ?? at("stub"));
      const after = await readPe(at("uki"));
      assert.deepEqual(after.sections.slice(0, before.sections.length), before.sections);
      const listing = await run("objdump", ["-h", at("uki")]);
      const bytes = await Deno.readFile(at("uki"));
      let end = 0;
      for (const [i, section] of after.sections.slice(before.sections.length).entries()) {
        assert.equal(section.virtualAddress % 4096, 0);
        assert.equal(section.offset % before.fileAlignment, 0);
        assert.equal(section.virtualSize, data[i]?.length);
        assert.deepEqual(bytes.slice(section.offset, section.offset + section.virtualSize), data[i]);
        assert.match(listing, new RegExp(`\\${section.name} +[0-9a-f]{8} +0*${section.virtualAddress.toString(16)} `));
        assert(section.virtualAddress >= end);
        end = section.virtualAddress + section.virtualSize;
      }
      assert(after.sizeOfImage >= end);
      assert.equal(after.sections.at(-1)?.name, ".linux");
    },
  });
}

Deno.test("addSections() refuses what does not fit, and leaves no file", async () => {
  await using directory = await temporaryDirectory();
  const stub = `${directory.path}/stub`;
  const output = `${directory.path}/uki`;
  await Deno.writeFile(stub, makeStub());
  const data = new Uint8Array(1);
  const refuses = async (names: string[], name: string, message: RegExp) => {
    await assert.rejects(addSections(stub, names.map((name) => ({ name, data })), { output }), { name, message });
    assert.deepEqual([exists(output), exists(`${output}.part`)], [false, false]);
  };
  await refuses([".text"], "TypeError", /section "\.text": it is there already/);
  await refuses([".a", ".a"], "TypeError", /section "\.a": it is there already/);
  await refuses([".toolong12"], "TypeError", /1 to 8 ASCII characters/);
  await refuses(Array.from({ length: 20 }, (_, i) => `.s${i}`), "RangeError", /20 sections .* room for 13/);
  await Deno.writeFile(stub, makeStub().with(0x98 + 112 + 8 * 4 + 4, 8));
  await refuses([".a"], "TypeError", /it is signed/);
});

Deno.test("addSections() refuses an image of 4 GiB", async () => {
  await using directory = await temporaryDirectory();
  const [stub, big] = [`${directory.path}/stub`, `${directory.path}/big`];
  await Deno.writeFile(stub, makeStub());
  using file = await Deno.create(big);
  await file.truncate(2 ** 32 - 4096);
  const sections = [{ name: ".initrd", data: big }];
  await assert.rejects(addSections(stub, sections, { output: `${directory.path}/uki` }), {
    name: "RangeError",
    message: /larger than 4 GiB/,
  });
});
