import assert from "node:assert/strict";
import { type CpioEntry, writeCpio } from "./cpio.ts";
import {
  describeTree,
  exists,
  hasTool,
  randomBytes,
  randomName,
  randomNumbers,
  run,
  sha256,
  temporaryDirectory,
} from "./testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name: "writeCpio() writes what cpio lists, with owners, modes, devices and one time",
  ignore: !hasTool("cpio"),
  async fn() {
    await using directory = await temporaryDirectory();
    const archive = `${directory.path}/initrd`;
    await Deno.writeTextFile(`${directory.path}/source`, "stage 0");
    await writeCpio(archive, [
      { type: "directory", path: "dev", mode: 0o755 },
      { type: "device", path: "dev/console", device: "character", major: 5, minor: 1, mode: 0o600 },
      { type: "device", path: "dev/vda", device: "block", major: 254, minor: 3 },
      { type: "file", path: "init", content: `${directory.path}/source`, mode: 0o755 },
      { type: "symlink", path: "sbin", target: "bin" },
    ]);
    const listing = await run("cpio", ["-tvn", "--quiet", "-F", archive], { env: { TZ: "UTC", LC_ALL: "C" } });
    assert.deepEqual(listing.trimEnd().split("\n").map((line) => line.replace(/ +/g, " ")), [
      "drwxr-xr-x 2 0 0 0 Jan 1 1970 dev",
      "crw------- 1 0 0 5, 1 Jan 1 1970 dev/console",
      "brw------- 1 0 0 254, 3 Jan 1 1970 dev/vda",
      "-rwxr-xr-x 1 0 0 7 Jan 1 1970 init",
      "lrwxrwxrwx 1 0 0 3 Jan 1 1970 sbin -> bin",
    ]);
  },
});

Deno.test({
  name: "writeCpio() writes random trees that cpio unpacks to the same, and the same bytes each time",
  ignore: !hasTool("cpio"),
  async fn() {
    await using directory = await temporaryDirectory();
    for (let seed = 1; seed <= 5; seed++) {
      const entries = randomEntries(seed);
      const [one, two, out] = ["one", "two", "out"].map((name) => `${directory.path}/${seed}-${name}`) as [
        string,
        string,
        string,
      ];
      await writeCpio(one, entries, { mtime: 1_700_000_000 });
      await writeCpio(two, entries, { mtime: 1_700_000_000 });
      assert.equal(await sha256(one), await sha256(two));
      await Deno.mkdir(out);
      await run("cpio", ["-i", "--quiet", "--no-absolute-filenames", "-F", one], { cwd: out });
      assert.equal((await describeTree(out)).length, entries.length);
      for (const entry of entries) {
        const path = `${out}/${entry.path}`;
        if (entry.type === "file") assert.deepEqual(await Deno.readFile(path), entry.content);
        if (entry.type === "symlink") assert.equal(await Deno.readLink(path), entry.target);
        if (entry.type === "directory") assert((await Deno.stat(path)).isDirectory);
      }
    }
  },
});

/** Some directories, files and links, in an order that can be unpacked. */
function randomEntries(seed: number): CpioEntry[] {
  const random = randomNumbers(seed);
  const directories = [""];
  const entries = new Map<string, CpioEntry>();
  for (let i = 0; i < 40; i++) {
    const path = `${directories[random(directories.length)]}${randomName(random)}`;
    if (entries.has(path)) continue;
    const kind = random(4);
    if (kind === 0) directories.push(`${path}/`);
    entries.set(
      path,
      kind === 0
        ? { type: "directory", path }
        : kind === 1
        ? { type: "symlink", path, target: `../${randomName(random)}` }
        : { type: "file", path, content: randomBytes(random, random(3000)) },
    );
  }
  return [...entries.values()];
}

Deno.test("writeCpio() refuses what the kernel would drop without a word", async () => {
  await using directory = await temporaryDirectory();
  const archive = `${directory.path}/initrd`;
  const file = (path: string): CpioEntry => ({ type: "file", path, content: bytes("x") });
  const refuses = async (entries: CpioEntry[], message: RegExp) => {
    await assert.rejects(writeCpio(archive, entries), { name: "TypeError", message });
    assert.deepEqual([exists(archive), exists(`${archive}.part`)], [false, false]);
  };
  await refuses([file("bin/init")], /"bin\/init": the directory "bin" is not there before it/);
  await refuses([file("init"), file("init")], /"init": it is there twice/);
  await refuses([file("bin"), file("bin/init")], /the directory "bin" is not there/);
  await refuses([file("/init")], /it is absolute/);
  await refuses([file("../init")], /part/);
  await refuses([file("")], /it is empty/);
  await refuses([{ type: "file", path: "init", content: directory.path }], /it is not a regular file/);
});

Deno.test("writeCpio() refuses numbers that do not fit their fields", async () => {
  await using directory = await temporaryDirectory();
  const big = `${directory.path}/big`;
  using file = await Deno.create(big);
  await file.truncate(2 ** 32);
  await assert.rejects(
    writeCpio(`${directory.path}/initrd`, [{ type: "file", path: "root.erofs", content: big }]),
    { name: "RangeError", message: /"root.erofs": 4294967296 does not fit/ },
  );
});
