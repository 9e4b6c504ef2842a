import assert from "node:assert/strict";
import { Console, ConsoleWaitError } from "./console.ts";

const soon = { timeout: 1000 };

Deno.test("Console.expect() finds what was written before and after the call", async () => {
  const console = new Console();
  console.feed("one two ");
  assert.equal((await console.expect("two", soon)).text, "two");
  const three = console.expect("three", soon);
  console.feed("th");
  console.feed("ree");
  assert.equal((await three).text, "three");
});

Deno.test("Console.expect() goes on after the last match", async () => {
  const console = new Console();
  console.feed("kubelet started\nkubelet started\n");
  await console.expect("kubelet started", soon);
  await console.expect("kubelet started", soon);
  await assert.rejects(
    console.expect("kubelet started", { timeout: 1 }),
    ConsoleWaitError,
  );
});

Deno.test("Console.expect() shows a regular expression whole lines only", async () => {
  const console = new Console();
  const port = console.expect(/port (\d+)/g, soon);
  console.feed("port 80");
  console.feed("80\n");
  assert.deepEqual((await port).groups, ["8080"]);
});

Deno.test("Console.feed() drops control sequences that come in pieces", () => {
  const console = new Console();
  console.feed("\x1b[2J\x1b[01;01Ha\r\nb\x1b");
  console.feed("[0;3");
  console.feed("7mc\x1b]0;title\x07d\x1b=");
  assert.equal(console.text, "a\nbcd");
});

Deno.test("Console.feed() drops the picture at the top of a node's console, and nothing that comes in between", () => {
  const picture = "\x1b7\x1b[1;1HkiOS 0.1.0\x1b[K\x1b[2;1Hkubelet ready\x1b[K\x1b[3r\x1b8";
  for (let size = 1; size <= picture.length; size++) {
    const console = new Console();
    const text = `one\r\n${picture}two\r\n`;
    for (let at = 0; at < text.length; at += size) console.feed(text.slice(at, at + size));
    assert.equal(console.text, "one\ntwo\n");
  }
  const console = new Console();
  console.feed("\x1b[1;1HkiOS\x1b[K\x1b[2;1Hkub[  1.0] Kernel panic\r\nelet\x1b[K");
  assert.match(console.text, /Kernel panic\n/);
});

Deno.test("Console.end() tells those who wait, then and later, why", async () => {
  const console = new Console();
  const waiting = console.expect("never", soon);
  console.end("QEMU exited with 1");
  await assert.rejects(waiting, { message: "QEMU exited with 1" });
  await assert.rejects(console.expect("never", soon), {
    message: "QEMU exited with 1",
  });
});

Deno.test("Console.expect() still finds what an ended console showed", async () => {
  const console = new Console();
  console.feed("power off\n");
  console.end("QEMU exited with 0");
  assert.equal((await console.expect("power off", soon)).text, "power off");
});
