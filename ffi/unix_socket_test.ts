import assert from "node:assert/strict";
import { close, write } from "./file.ts";
import { hasHungUp, makePipe } from "./pipe.ts";
import { peerOf, sendWithDescriptor, socketPath, socketsAt } from "./unix_socket.ts";

/** A listener with one client, and the descriptor of what was accepted. */
async function connected(): Promise<{ path: string; client: Deno.UnixConn; conn: Deno.UnixConn; fd: number }> {
  const path = `${Deno.makeTempDirSync()}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const before = socketsAt(path);
  assert.equal(before.size, 1);
  const [client, conn] = await Promise.all([Deno.connect({ transport: "unix", path }), listener.accept()]);
  const found = [...socketsAt(path)].filter(([inode]) => !before.has(inode));
  assert.equal(found.length, 1);
  return { path, client, conn, fd: found[0]![1] };
}

Deno.test("socketsAt() finds what a listener accepted, and not the client's end", async () => {
  const { path, client, conn, fd } = await connected();
  assert.equal(socketPath(fd), path);
  conn.close();
  client.close();
  assert.equal(socketsAt(path).size, 0);
});

Deno.test("peerOf() names the process at the other end", async () => {
  const { client, conn, fd } = await connected();
  assert.deepEqual(peerOf(fd), { pid: Deno.pid, uid: Deno.uid(), gid: Deno.gid() });
  conn.close();
  client.close();
});

Deno.test("sendWithDescriptor() passes a pipe's end, and Deno goes on with the same socket", async () => {
  const { client, conn, fd } = await connected();
  const pipe = makePipe();
  const bytes = new TextEncoder().encode("take it");
  assert.equal(sendWithDescriptor(fd, bytes, pipe.write), bytes.length);
  close(pipe.write);
  // The copy lies in the socket until it is read: the pipe has a writer still.
  assert.equal(hasHungUp(pipe.read), false);
  const got = new Uint8Array(100);
  const length = await client.read(got);
  assert.equal(new TextDecoder().decode(got.subarray(0, length!)), "take it");
  // Deno's read takes no descriptors, so the kernel has dropped the copy.
  assert.equal(hasHungUp(pipe.read), true);
  close(pipe.read);
  await conn.write(new TextEncoder().encode("more"));
  assert.equal(await client.read(got), 4);
  conn.close();
  client.close();
});

Deno.test("sendWithDescriptor() does not wait for a peer that does not read", async () => {
  const { client, conn, fd } = await connected();
  const pipe = makePipe();
  const bytes = new Uint8Array(64 * 1024);
  assert.throws(() => {
    for (let i = 0; i < 1000; i++) sendWithDescriptor(fd, bytes, pipe.write);
  }, { code: "EAGAIN" });
  client.close();
  assert.throws(() => sendWithDescriptor(fd, bytes, pipe.write), { code: "EPIPE" });
  conn.close();
  close(pipe.read);
  close(pipe.write);
});

Deno.test("hasHungUp() knows a pipe that was written to from one whose writers are gone", () => {
  const pipe = makePipe();
  write(pipe.write, new Uint8Array(3));
  assert.equal(hasHungUp(pipe.read), false);
  close(pipe.write);
  assert.equal(hasHungUp(pipe.read), true);
  close(pipe.read);
});
