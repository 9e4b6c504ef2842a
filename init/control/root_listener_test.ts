import assert from "node:assert/strict";
import { memoryLog } from "../log.ts";
import { listenForRoot, type RootClient, type RootService } from "./root_listener.ts";

const encoder = new TextEncoder();

/** A socket that tells each client who it is, and then waits for it to go. */
function listen(options: Partial<RootService> = {}) {
  const path = `${Deno.makeTempDirSync()}/deep/down/test.sock`;
  const log = memoryLog();
  const listener = listenForRoot(path, {
    name: "test",
    log,
    limit: 3,
    crowded: "newest leaves",
    async serve({ conn, peer }: RootClient) {
      await conn.write(encoder.encode(JSON.stringify(peer)));
      while (await conn.read(new Uint8Array(100)) !== null);
    },
    refuse: async (conn) => void await conn.write(encoder.encode("root only")),
    ...options,
  });
  return { path, log, listener, connect: () => Deno.connect({ transport: "unix", path }) };
}

/** Reads once. */
async function read(conn: Deno.Conn): Promise<string | null> {
  const bytes = new Uint8Array(1000);
  const length = await conn.read(bytes);
  return length === null ? null : new TextDecoder().decode(bytes.subarray(0, length));
}

const ROOT = { ignore: Deno.uid() !== 0 };

Deno.test("listenForRoot() knows each of many clients that come at once", ROOT, async () => {
  const { listener, connect, log } = listen({ limit: 50 });
  const conns = await Promise.all(Array.from({ length: 50 }, connect));
  const told = await Promise.all(conns.map(read));
  assert.deepEqual(new Set(told), new Set([JSON.stringify({ pid: Deno.pid, uid: 0, gid: Deno.gid() })]));
  conns.forEach((conn) => conn.close());
  listener.close();
  assert.deepEqual(log.lines, []);
});

Deno.test(
  "listenForRoot() closes who comes while there are too many, and serves the next when one has gone",
  ROOT,
  async () => {
    const { listener, connect } = listen();
    const conns = await Promise.all([connect(), connect(), connect()]);
    await Promise.all(conns.map(read));
    using late = await connect();
    assert.equal(await read(late), null);
    conns[0]!.close();
    let answer: string | null = null;
    for (let tries = 0; answer === null && tries < 1000; tries++) {
      using next = await connect();
      answer = await read(next);
    }
    assert.match(answer!, /"uid":0/);
    conns.slice(1).forEach((conn) => conn.close());
    listener.close();
  },
);

Deno.test("listenForRoot() can have the oldest client leave, so that idle ones keep nobody out", ROOT, async () => {
  const { listener, connect, log } = listen({ crowded: "oldest leaves" });
  const conns = [];
  for (let i = 0; i < 10; i++) {
    const conn = await connect();
    assert.match((await read(conn))!, /"uid":0/);
    conns.push(conn);
  }
  for (const conn of conns.slice(0, 7)) assert.equal(await read(conn), null);
  await conns[7]!.write(encoder.encode("still there"));
  conns.forEach((conn) => conn.close());
  listener.close();
  assert.deepEqual(log.lines, []);
});

Deno.test("listenForRoot() refuses a user who is not root, even where the socket's mode does not", ROOT, async () => {
  const { path, listener, log } = listen();
  const ask = async () => {
    const script = `use IO::Socket::UNIX;
      my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!\n"; sysread $s, my $text, 100; print $text`;
    const args = ["-e", script, path];
    const { stdout, stderr } = await new Deno.Command("/usr/bin/perl", { args, uid: 65534, cwd: "/" }).output();
    return new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
  };
  for (let at = path; at.length > 4; at = at.slice(0, at.lastIndexOf("/"))) if (at !== path) Deno.chmodSync(at, 0o755);
  assert.match(await ask(), /Permission denied/);
  Deno.chmodSync(path, 0o666);
  assert.match(await ask(), /root only/);
  listener.close();
  assert.deepEqual(log.lines, []);
});

Deno.test("listenForRoot() takes the place of what was there, and tells a failure that is its own", ROOT, async () => {
  const path = `${Deno.makeTempDirSync()}/test.sock`;
  Deno.writeTextFileSync(path, "");
  const log = memoryLog();
  const serve = () => Promise.reject(new TypeError("No idea"));
  const listener = listenForRoot(path, { name: "test", log, limit: 1, crowded: "newest leaves", serve });
  using conn = await Deno.connect({ transport: "unix", path });
  assert.equal(await read(conn), null);
  assert.deepEqual(log.lines, ["test: No idea"]);
  listener.close();
});
