import assert from "node:assert/strict";
import { mirror } from "./mirror.ts";

/** Waits until `isDone`, but not for ever. */
async function until(isDone: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !isDone();) {
    assert(Date.now() < deadline, "It did not happen in time");
    await new Promise((done) => setTimeout(done, 5));
  }
}

Deno.test("mirror() shows each whole line once, from where the file was, through a rotation", async () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "of another boot\n");
  const lines: string[] = [];
  let room = true;
  const end = mirror([{ name: "kubelet", path }], (line) => room && lines.push(line) > 0);
  const add = (text: string) => Deno.writeTextFileSync(path, text, { append: true });
  add("one\ntw");
  await until(() => lines.length === 1);
  add("o\n");
  await until(() => lines.length === 2);
  room = false;
  add("three\n");
  await new Promise((done) => setTimeout(done, 600)); // two reads at least, that find no room
  room = true;
  await until(() => lines.length === 3);
  Deno.truncateSync(path);
  add("four\n");
  await until(() => lines.length === 4);
  end();
  assert.deepEqual(lines, ["one", "two", "three", "four"].map((line) => `kubelet: ${line}`));
});

Deno.test("mirror() leaves out what a console could not show for too long, and says so", async () => {
  const path = Deno.makeTempFileSync();
  const lines: string[] = [];
  const end = mirror([{ name: "kubelet", path }], (line) => lines.push(line) > 0);
  Deno.writeTextFileSync(path, `${"x".repeat(99)}\n`.repeat(3000));
  await until(() => lines.length > 0);
  end();
  assert.equal(lines[0], `kubelet: ... 300000 bytes are only in ${path}`);
});
