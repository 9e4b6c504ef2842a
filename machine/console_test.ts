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
