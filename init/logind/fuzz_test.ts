import assert from "node:assert/strict";
import { createRandom, mutate, scriptedConnection } from "../../tests/fuzz.ts";
import { CAPTURE, GUID, HANDSHAKE, MESSAGES } from "../../tests/logind_capture.ts";
import { openConnection } from "./connection.ts";

const random = createRandom();

/** How many messages are changed, and how many clients send them. */
const COUNT = 100_000;
const BATCHES = 100;

/** What the kubelet says, in its pieces. */
const GREETING = HANDSHAKE.filter(({ from }) => from === "client").map(({ bytes }) => bytes);
const CALLS = MESSAGES.filter(({ from }) => from === "client").map(({ bytes }) => bytes);

/** The answers of a server that gives no locks, for its descriptors would be real ones. */
const ANSWERS = CAPTURE.filter(({ from }) => from === "server").map(({ bytes }) => bytes).slice(0, -1);

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

/** Serves one client, and returns what it was told and how many locks it was given. */
async function converse(bytes: Uint8Array): Promise<{ told: Uint8Array; locks: number }> {
  const { conn, written } = scriptedConnection(bytes, random);
  let delay = 30n;
  let locks = 0;
  const client = { conn: conn as Deno.UnixConn, fd: -1, peer: { pid: 1, uid: 0, gid: 0 }, close() {} };
  await openConnection(client, {
    guid: GUID,
    name: ":1.1",
    state: () => ({ delay: delay * 1_000_000n, shuttingDown: false }),
    reload: () => Promise.resolve(void (delay = 60n)),
    lock: () => ++locks > 0,
  }).serve();
  return { told: written(), locks };
}

Deno.test(`a connection to logind survives ${COUNT} changed messages (KIOS_FUZZ_SEED=${random.seed})`, async () => {
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let sent = 0; sent < COUNT / BATCHES;) {
      // A message that is none ends the connection, so each client sends few; one in ten is wrong from the first byte on.
      const calls = Array.from({ length: 1 + random.below(6) }, () => {
        const call = CALLS[random.below(CALLS.length)]!;
        return random.below(4) === 0 ? call : mutate(call, random);
      });
      const greeting = random.below(10) === 0 ? mutate(join(GREETING), random) : join(GREETING);
      await converse(join([greeting, CALLS[0]!, ...calls]));
      sent += calls.length;
    }
    const { told, locks } = await converse(join([...GREETING, ...CALLS]));
    assert.deepEqual(told, join(ANSWERS));
    assert.equal(locks, 1);
  }
});
