import assert from "node:assert/strict";
import { createRandom, mutate, type Random } from "../fuzz.ts";
import { HANDSHAKE, MESSAGES } from "../logind_capture.ts";
import { times } from "../scale.ts";
import { compiledProgram } from "./compile.ts";
import { bootFakeNode, type FakeNode, READY } from "./fake_node.ts";

const INIT = await compiledProgram("fake_node.ts");
const BOTH_READY = { runtime: READY, kubelet: READY };

/** How many changed messages each socket gets, and how often a good client looks in between. */
const COUNT = times(2000, 100_000);
const BATCH = 200;

const encode = (text: string) => new TextEncoder().encode(text);

const REQUESTS = [
  "GET /status HTTP/1.1\r\nHost: kios\r\n\r\n",
  "POST /restart/nothing HTTP/1.1\r\nHost: kios\r\nContent-Length: 5\r\n\r\nhello",
  "HEAD /status HTTP/1.0\r\nUser-Agent: curl/8.5.0\r\n\r\n",
].map(encode);

/** What the kubelet's client says. */
const SAID = [...HANDSHAKE, ...MESSAGES].filter(({ from }) => from === "client").map(({ bytes }) => bytes);

/** Sends bytes and leaves, at once or when it has been answered. */
async function throwAt(path: string, bytes: Uint8Array, random: Random): Promise<void> {
  using conn = await Deno.connect({ transport: "unix", path });
  try {
    await conn.write(bytes);
    if (random.below(4) === 0) return;
    await conn.closeWrite();
    await new Response(conn.readable).arrayBuffer();
  } catch {
    // Who sends nonsense may be cut off.
  }
}

/** The resident memory of a node's PID 1, in kB. */
function rss(node: FakeNode): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${node.initPid()}/status`))![1]);
}

/** How many descriptors it has open. */
function descriptors(node: FakeNode): number {
  return [...Deno.readDirSync(`/proc/${node.initPid()}/fd`)].length;
}

const SEED = createRandom();

Deno.test(`boot() survives ${COUNT} changed messages on each of its sockets (KIOS_FUZZ_SEED=${SEED.seed})`, async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  const before = { rss: rss(node), descriptors: descriptors(node) };
  for (let sent = 0; sent < COUNT; sent += BATCH) {
    for (let i = 0; i < BATCH; i += 4) {
      await Promise.all([0, 1, 2, 3].map(async () => {
        await throwAt(`${node.directory}/control.sock`, mutate(REQUESTS[SEED.below(REQUESTS.length)]!, SEED), SEED);
        const said = SAID.slice(0, 4 + SEED.below(SAID.length - 3));
        const bytes = said.flatMap((piece, at) => [...at === said.length - 1 ? mutate(piece, SEED) : piece]);
        await throwAt(`${node.directory}/bus`, new Uint8Array(bytes), SEED);
      }));
    }
    assert.match(await node.control("GET", "/status"), /^HTTP\/1\.1 200 OK\r\n[^]*"hostname":"node-7"/);
  }
  assert.doesNotMatch(node.console(), /internal error|control socket:|system bus:|shutdown:/);
  // A few are the garbage collector's; a leak of one connection each would be hundreds.
  assert(
    descriptors(node) < before.descriptors + 40,
    `${descriptors(node)} descriptors, ${before.descriptors} at first`,
  );
  assert(rss(node) < before.rss + 30_000, `${rss(node)} kB, ${before.rss} at first`);
});

Deno.test("boot() answers a good client while others are idle, slow, half gone or endless", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  const path = `${node.directory}/control.sock`;
  const conns: Deno.UnixConn[] = [];
  const connect = async (text = "") => {
    const conn = await Deno.connect({ transport: "unix", path });
    conns.push(conn);
    await conn.write(encode(text)).catch(() => {});
    return conn;
  };
  const good = async (why: string) => assert.match(await node.control("GET", "/status"), /^HTTP\/1\.1 200 /, why);
  for (let i = 0; i < 100; i++) await connect();
  await good("100 idle clients");
  for (let i = 0; i < 100; i++) await connect("GET /status HTT");
  await good("100 clients that stop in the middle");
  for (let i = 0; i < 100; i++) await connect("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
  await good("100 clients that do not read");
  for (let i = 0; i < 20; i++) {
    const endless = await connect("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");
    void (async () => {
      while (await endless.write(new Uint8Array(10)) > 0) await new Promise((done) => setTimeout(done, 10));
    })().catch(() => {});
  }
  await good("20 clients that send a little from time to time");
  const half = await connect("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
  await half.closeWrite();
  assert.match(await new Response(half.readable).text(), /"hostname":"node-7"/);
  for (const conn of conns) {
    try {
      conn.close();
    } catch {
      // Its stream has closed it.
    }
  }
});

Deno.test("boot() answers each request as HTTP has it", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  for (
    const [method, path, status] of [
      ["GET", "/nothing", 404],
      ["GET", "/shutdown", 405],
      ["PUT", "/status", 405],
      ["GET", "status", 400],
      ["HEAD", "/status", 200],
    ] as const
  ) assert.match(await node.control(method, path), new RegExp(`^HTTP/1\\.1 ${status} `), `${method} ${path}`);
  assert.match(await node.control("POST", "/restart/kubelet"), /"accepted":"restart kubelet"/);
  await node.expect(/kubelet restarts: control socket$/);
  await node.expect(/kubelet ready$/, { count: 2 });
  assert.match(await node.control("POST", "/restart/runtime"), /"accepted":"restart runtime"/);
  await node.expect(/containerd ready$/, { count: 2 });
});
