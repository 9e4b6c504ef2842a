import assert from "node:assert/strict";
import { DATA_DIRECTORIES, hasContent, makeLayout } from "./layout.ts";

Deno.test("makeLayout() makes every directory with its mode, and leaves what is there", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/meta/etc`, { recursive: true, mode: 0o711 });
  await Deno.writeTextFile(`${root}/meta/etc/hostname`, "node-7\n");
  assert.equal(await makeLayout(root), true);
  for (const { path, mode } of DATA_DIRECTORIES.filter(({ path }) => !["meta", "meta/etc"].includes(path))) {
    assert.equal((await Deno.stat(`${root}/${path}`)).mode! & 0o777, mode, path);
  }
  assert.equal((await Deno.stat(`${root}/meta/etc`)).mode! & 0o777, 0o711);
  assert.equal(await Deno.readTextFile(`${root}/meta/etc/hostname`), "node-7\n");
  await Deno.remove(root, { recursive: true });
});

Deno.test("makeLayout() follows no link and takes no file for a directory", async () => {
  const root = await Deno.makeTempDir();
  await Deno.symlink("/etc", `${root}/meta`);
  await assert.rejects(makeLayout(root), { message: '"meta" is no directory' });
  await Deno.remove(`${root}/meta`);
  await Deno.writeTextFile(`${root}/meta`, "");
  await assert.rejects(makeLayout(root), { message: '"meta" is no directory' });
  await Deno.remove(root, { recursive: true });
});

Deno.test("hasContent() tells an empty directory from one that holds something", async () => {
  const root = await Deno.makeTempDir();
  assert.equal(await hasContent(root), false);
  await Deno.writeTextFile(`${root}/x`, "");
  assert.equal(await hasContent(root), true);
  await Deno.remove(root, { recursive: true });
});
