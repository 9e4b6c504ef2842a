import assert from "node:assert/strict";
import { createRandom, scriptedConnection } from "../../tests/fuzz.ts";
import { GUID, HANDSHAKE, MESSAGES } from "../../tests/logind_capture.ts";
import { openConnection } from "./connection.ts";
import { createLocks } from "./locks.ts";

/** Takes a copy of a descriptor, as its passing does. */
function copy(fd: number): Deno.FsFile {
  return Deno.openSync(`/proc/self/fd/${fd}`, { write: true });
}

Deno.test("createLocks() knows when each is released, and gives out no end of them", async () => {
  const locks = createLocks();
  const holders: Deno.FsFile[] = [];
  const take = () => locks.take((fd) => void holders.push(copy(fd)));
  while (take()) assert(holders.length < 100);
  assert.equal(holders.length, 16);
  holders.pop()!.close();
  assert.equal(take(), true);
  assert.equal(locks.held(), true);
  let isReleased = false;
  const released = locks.released().then(() => isReleased = true);
  holders.splice(1).forEach((holder) => holder.close());
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(isReleased, false);
  holders[0]!.close();
  await released;
  assert.equal(locks.held(), false);
  locks.close();
});

Deno.test("createLocks() closes a lock that could not be handed over", () => {
  const locks = createLocks();
  assert.throws(() =>
    locks.take(() => {
      throw new TypeError("Gone");
    }), /Gone/);
  assert.equal(locks.held(), false);
  locks.close();
});

Deno.test("openConnection() says so when there is no lock left", async () => {
  const said = [...HANDSHAKE, MESSAGES[0]!, MESSAGES.find(({ bytes }) => bytes[0] === 0x6c && bytes[8] === 5)!];
  const bytes = said.filter(({ from }) => from === "client").flatMap((piece) => [...piece.bytes]);
  const { conn, written } = scriptedConnection(new Uint8Array(bytes), createRandom());
  const client = { conn: conn as Deno.UnixConn, fd: -1, peer: { pid: 1, uid: 0, gid: 0 }, close() {} };
  await openConnection(client, {
    guid: GUID,
    name: ":1.1",
    state: () => ({ delay: 0n, shuttingDown: false }),
    reload: () => Promise.resolve(),
    lock: () => false,
  }).serve();
  assert.match(new TextDecoder("latin1").decode(written()), /Error\.LimitsExceeded[^]*There are too many locks\0$/);
});
