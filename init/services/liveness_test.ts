import assert from "node:assert/strict";
import { watchLiveness } from "./liveness.ts";

Deno.test("watchLiveness() lets a service live that feeds in time, and tells of its silence once", async () => {
  const died: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchLiveness({ kind: "feed", limit: 0.3 }, (missed) => {
    died.push(missed);
    resolve();
  });
  for (let turn = 0; turn < 20; turn++) {
    watch.fed();
    await new Promise((done) => setTimeout(done, 25));
  }
  assert.deepEqual(died, []);
  await promise;
  assert.deepEqual(died, ["has not said for 0.3 s that it is alive"]);
});

Deno.test("watchLiveness() asks a server, forgives a miss, and tells of three in a row", async () => {
  const path = `${Deno.makeTempDirSync()}/server.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const { promise, resolve } = Promise.withResolvers<string>();
  let asked = 0;
  // Of each three in the beginning one is answered; from the tenth on none.
  const serving = (async () => {
    for await (const connection of listener) {
      asked += 1;
      if (asked < 10 && asked % 3 === 0) await connection.write(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      connection.close();
    }
  })();
  watchLiveness({ kind: "http2", socket: path, interval: 0.01, limit: 1, misses: 3 }, resolve);
  assert.equal(await promise, "has not answered 3 times within 1 s");
  assert.equal(asked, 12);
  listener.close();
  await serving;
});

Deno.test("watchLiveness() that was stopped tells nothing", async () => {
  const watch = watchLiveness({ kind: "feed", limit: 0.01 }, () => assert.fail("It was stopped"));
  watch.stop();
  await new Promise((done) => setTimeout(done, 50));
});
