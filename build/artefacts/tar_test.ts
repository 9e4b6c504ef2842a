import assert from "node:assert/strict";
import { type TarEntry, writeTar } from "./tar.ts";
import { treeEntries } from "./tree.ts";
import {
  describeTree,
  exists,
  randomBytes,
  randomName,
  randomNumbers,
  run,
  sha256,
  temporaryDirectory,
} from "./testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("writeTar() writes what tar lists, sorted, with owners, modes and one time", async () => {
  await using directory = await temporaryDirectory();
  const archive = `${directory.path}/layer.tar`;
  await writeTar(archive, [
    { type: "link", path: "usr/hi", target: "bin/hello" },
    { type: "symlink", path: "sbin", target: "bin" },
    { type: "directory", path: "var", mode: 0o1777, uid: 7, gid: 8 },
    { type: "file", path: "bin/hello", content: bytes("hello\n"), mode: 0o4755 },
    { type: "directory", path: "bin" },
  ], { mtime: 1_700_000_000 });
  const listing = await run("tar", ["-tvf", archive, "--numeric-owner"], { env: { TZ: "UTC", LC_ALL: "C" } });
  assert.deepEqual(listing.trimEnd().split("\n").map((line) => line.replace(/ +/g, " ")), [
    "drwxr-xr-x 0/0 0 2023-11-14 22:13 bin/",
    "-rwsr-xr-x 0/0 6 2023-11-14 22:13 bin/hello",
    "lrwxrwxrwx 0/0 0 2023-11-14 22:13 sbin -> bin",
    "hrw-r--r-- 0/0 0 2023-11-14 22:13 usr/hi link to bin/hello",
    "drwxrwxrwt 7/8 0 2023-11-14 22:13 var/",
  ]);
});

Deno.test("writeTar() keeps names and link targets of any length", async () => {
  await using directory = await temporaryDirectory();
  const archive = `${directory.path}/layer.tar`;
  const deep = Array.from({ length: 12 }, (_, i) => `${"d".repeat(18)}-${i}é`).join("/");
  const paths = [20, 90, 100, 155, 200, 255].map((length) => "n".repeat(length)).flatMap((
    name,
  ) => [name, `${deep}/${name}`]);
  await writeTar(archive, [
    ...paths.map((path): TarEntry => ({ type: "file", path, content: bytes(path) })),
    { type: "directory", path: `${deep}/${"e".repeat(150)}` },
    { type: "symlink", path: "to", target: `${deep}/${"n".repeat(255)}` },
    { type: "link", path: "z", target: `${deep}/${"n".repeat(200)}` },
  ]);
  await run("tar", ["-xf", archive], { cwd: directory.path });
  for (const path of paths) assert.equal(await Deno.readTextFile(`${directory.path}/${path}`), path);
  assert.equal(await Deno.readLink(`${directory.path}/to`), `${deep}/${"n".repeat(255)}`);
  assert.equal((await Deno.stat(`${directory.path}/z`)).nlink, 2);
  assert(exists(`${directory.path}/${deep}/${"e".repeat(150)}`));
});

Deno.test("treeEntries() and writeTar() give random trees back, and the same bytes under another umask", async () => {
  await using directory = await temporaryDirectory();
  for (let seed = 1; seed <= 4; seed++) {
    const [tree, twin, out] = ["tree", "twin", "out"].map((name) => `${directory.path}/${seed}-${name}`) as [
      string,
      string,
      string,
    ];
    await makeRandomTree(tree, { seed, privately: false });
    await makeRandomTree(twin, { seed, privately: true });
    await writeTar(`${tree}.tar`, await treeEntries(tree));
    await writeTar(`${twin}.tar`, (await treeEntries(twin)).reverse());
    assert.equal(await sha256(`${tree}.tar`), await sha256(`${twin}.tar`));
    await Deno.mkdir(out);
    await run("tar", ["-xpf", `${tree}.tar`, "-C", out, "--delay-directory-restore"]);
    assert.deepEqual(await describeTree(out), await describeTree(tree));
  }
});

/** Makes a tree with modes as treeEntries() normalises them, or as a strict umask would have them. */
async function makeRandomTree(
  root: string,
  { seed, privately }: { seed: number; privately: boolean },
): Promise<void> {
  const random = randomNumbers(seed);
  const directories = [""];
  const files: string[] = [];
  const hide = privately ? 0o077 : 0;
  await Deno.mkdir(root);
  for (let i = 0; i < 40; i++) {
    const path = `${directories[random(directories.length)]}${randomName(random)}`;
    const place = `${root}/${path}`;
    const kind = random(6);
    if (exists(place)) continue;
    if (kind === 0) {
      directories.push(`${path}/`);
      await Deno.mkdir(place);
      await Deno.chmod(place, 0o755 & ~hide);
    } else if (kind === 1) await Deno.symlink(`./${randomName(random)}`, place);
    else if (kind === 2 && files.length) await Deno.link(`${root}/${files[random(files.length)]}`, place);
    else {
      await Deno.writeFile(place, randomBytes(random, random(3000)));
      await Deno.chmod(place, (random(2) ? 0o755 : 0o644) & ~hide);
      files.push(path);
    }
  }
}

Deno.test("treeEntries() tells modes from what files are", async () => {
  await using directory = await temporaryDirectory();
  const modes = { plain: 0o600, program: 0o775, setuid: 0o4711, secret: 0o440 };
  for (const [name, mode] of Object.entries(modes)) {
    await Deno.writeFile(`${directory.path}/${name}`, new Uint8Array());
    await Deno.chmod(`${directory.path}/${name}`, mode);
  }
  await Deno.mkdir(`${directory.path}/tmp`);
  await Deno.chmod(`${directory.path}/tmp`, 0o1777);
  const entries = await treeEntries(directory.path);
  assert.deepEqual(entries.map(({ path, mode }) => [path, mode?.toString(8)]), [
    ["plain", "644"],
    ["program", "755"],
    ["secret", "644"],
    ["setuid", "4755"],
    ["tmp", "1777"],
  ]);
});

Deno.test("writeTar() copies a file of many chunks", async () => {
  await using directory = await temporaryDirectory();
  const big = `${directory.path}/big`;
  await Deno.writeFile(big, randomBytes(randomNumbers(9), 3_000_001));
  await writeTar(`${directory.path}/layer.tar`, [{ type: "file", path: "copy", content: big }]);
  await run("tar", ["-xf", "layer.tar"], { cwd: directory.path });
  assert.equal(await sha256(`${directory.path}/copy`), await sha256(big));
});

Deno.test("writeTar() refuses entries that would not unpack, and leaves no file", async () => {
  await using directory = await temporaryDirectory();
  const archive = `${directory.path}/layer.tar`;
  const refuses = async (entries: TarEntry[], message: RegExp, name = "TypeError") => {
    await assert.rejects(writeTar(archive, entries), { name, message });
    assert.deepEqual([exists(archive), exists(`${archive}.part`)], [false, false]);
  };
  const file: TarEntry = { type: "file", path: "a", content: bytes("a") };
  await refuses([file, file], /"a": it is there twice/);
  await refuses([{ type: "link", path: "b", target: "a" }], /hard link to "a"/);
  await refuses([{ ...file, path: "a/../../b" }], /part/);
  await refuses([file, { ...file, path: "b", content: `${directory.path}/missing` }], /missing/, "NotFound");
  await refuses([{ ...file, content: directory.path }], /not a regular file/);
});
