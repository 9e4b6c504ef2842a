import assert from "node:assert/strict";
import { kernelRelease } from "./bzimage.ts";
import { readPe } from "./pe.ts";
import { temporaryDirectory } from "./testing.ts";
import { makeStub } from "./testing_pe.ts";
import { makeUki } from "./uki.ts";

/** A file with the headers of both a kernel and an EFI program. */
function makeKernel(version: string): Uint8Array {
  const bytes = makeStub();
  new TextEncoder().encodeInto("HdrS", bytes.subarray(0x202));
  new DataView(bytes.buffer).setUint16(0x20e, 0x500, true);
  new TextEncoder().encodeInto(version, bytes.subarray(0x700));
  return bytes;
}

Deno.test("kernelRelease() reads the first word of the version", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/bzImage`;
  await Deno.writeFile(path, makeKernel("6.12.117 (kios@kios) #1 SMP"));
  assert.equal(await kernelRelease(path), "6.12.117");
  await Deno.writeFile(path, makeKernel(""));
  await assert.rejects(kernelRelease(path), { name: "SyntaxError", message: /it says none/ });
  await Deno.writeFile(path, makeStub());
  await assert.rejects(kernelRelease(path), { name: "SyntaxError", message: /it has no boot header/ });
});

Deno.test("makeUki() puts the kernel last, with its release and all the rest before it", async () => {
  await using directory = await temporaryDirectory();
  const [stub, kernel, initrd, output] = ["stub", "kernel", "initrd", "uki"].map((name) =>
    `${directory.path}/${name}`
  ) as [string, string, string, string];
  await Deno.writeFile(stub, makeStub());
  await Deno.writeFile(kernel, makeKernel("6.12.117 x"));
  await Deno.writeTextFile(initrd, "initrd");
  await makeUki({ stub, kernel, initrd, cmdline: "quiet panic=10", osRelease: "ID=kios\n", output });
  const bytes = await Deno.readFile(output);
  const { sections } = await readPe(output);
  const texts = sections.slice(2, -1).map(({ name, offset, virtualSize }) => [
    name,
    new TextDecoder().decode(bytes.subarray(offset, offset + virtualSize)),
  ]);
  assert.deepEqual(texts, [
    [".osrel", "ID=kios\n"],
    [".cmdline", "quiet panic=10"],
    [".uname", "6.12.117"],
    [".initrd", "initrd"],
  ]);
  assert.equal(sections.at(-1)?.name, ".linux");
});

Deno.test("makeUki() refuses a command line the kernel would not see as it stands", async () => {
  const nothing = "/dev/null";
  const uki = { stub: nothing, kernel: nothing, initrd: nothing, osRelease: "", output: nothing };
  await assert.rejects(makeUki({ ...uki, cmdline: "quiet\npanic=10" }), { name: "TypeError" });
  await assert.rejects(makeUki({ ...uki, cmdline: "x".repeat(2048) }), { name: "RangeError", message: /keeps 2047/ });
});
