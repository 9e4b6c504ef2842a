import assert from "node:assert/strict";
import { describeTree, exists, hasTool, randomBytes, randomNumbers, run, temporaryDirectory } from "./testing.ts";
import { extractZip } from "./zip.ts";

/** Makes an archive as Python's package tools do; `lines` add to the open archive `z`. */
async function makeZip(path: string, lines: string[]): Promise<void> {
  const program = ["import sys, zipfile", "z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)", ...lines];
  await run("python3", ["-c", [...program, "z.close()"].join("\n"), path]);
}

const ignore = !hasTool("python3");

Deno.test({
  name: "extractZip() gives stored and deflated members back, and whether they are executable",
  ignore,
  async fn() {
    await using directory = await temporaryDirectory();
    const at = (name: string) => `${directory.path}/${name}`;
    const random = randomNumbers(3);
    await Deno.mkdir(at("in/deep/er"), { recursive: true });
    await Deno.writeFile(at("in/program"), randomBytes(random, 100_000));
    await Deno.chmod(at("in/program"), 0o755);
    for (let i = 0; i < 20; i++) {
      await Deno.writeFile(at(`in/deep/er/${i}é`), randomBytes(random, random(2) * random(5000)).fill(7, 0, 500));
    }
    await makeZip(at("x.zip"), [
      "import os",
      `for i, (d, _, names) in enumerate(os.walk('${at("in")}')):`,
      "  for n in names:",
      `    z.write(d + '/' + n, os.path.relpath(d + '/' + n, '${at("in")}'), n.startswith('1') and 0 or 8)`,
    ]);
    const names = await extractZip(at("x.zip"), at("out"));
    assert.equal(names.length, 21);
    assert.deepEqual(await describeTree(at("out")), await describeTree(at("in")));
    assert.deepEqual(await extractZip(at("x.zip"), at("some"), { members: ["program"] }), ["program"]);
    assert.deepEqual((await describeTree(at("some"))).length, 1);
    await assert.rejects(extractZip(at("x.zip"), at("some"), { members: ["programme"] }), {
      name: "TypeError",
      message: /"programme" from ".*x\.zip": it has no such member/,
    });
  },
});

Deno.test({
  name: "extractZip() refuses members that leave the directory",
  ignore,
  async fn() {
    await using directory = await temporaryDirectory();
    const archive = `${directory.path}/x.zip`;
    for (const name of ["../evil", "/evil", "a/../../evil", "./evil", "a//evil"]) {
      await makeZip(archive, [`z.writestr('${name}', 'x')`]);
      await assert.rejects(extractZip(archive, `${directory.path}/out/in`), SyntaxError, name);
    }
    await makeZip(archive, [
      "i = zipfile.ZipInfo('link')",
      "i.external_attr = 0o120777 << 16",
      "z.writestr(i, '/etc')",
    ]);
    await assert.rejects(extractZip(archive, `${directory.path}/out`), {
      name: "SyntaxError",
      message: /symbolic link/,
    });
    assert.equal(exists(`${directory.path}/out`), false);
  },
});

Deno.test({
  name: "extractZip() finds every damaged byte of the contents, and keeps nothing of the member",
  ignore,
  async fn() {
    await using directory = await temporaryDirectory();
    const archive = `${directory.path}/x.zip`;
    const out = `${directory.path}/out`;
    await makeZip(archive, ["z.writestr('text', 'some text, ' * 50)"]);
    const bytes = await Deno.readFile(archive);
    const [data, end] = [30 + "text".length, bytes.length - 22 - 46 - "text".length];
    for (let at = data; at < end; at++) {
      await Deno.writeFile(archive, bytes.with(at, (bytes[at] ?? 0) ^ 0x10));
      await assert.rejects(extractZip(archive, out), SyntaxError, `byte ${at}`);
    }
    for (const length of [0, 10, 40, bytes.length - 30, bytes.length - 1]) {
      await Deno.writeFile(archive, bytes.slice(0, length));
      await assert.rejects(extractZip(archive, out), SyntaxError, `cut off at ${length}`);
    }
    assert.deepEqual(await describeTree(out), []);
  },
});
