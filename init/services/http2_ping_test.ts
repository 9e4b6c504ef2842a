import assert from "node:assert/strict";
import { answersHttp2 } from "./http2_ping.ts";

/** Asks a server that answers `bytes`, or nothing and keeps the connection. */
async function ask(bytes?: number[]): Promise<{ answered: boolean; heard: Uint8Array }> {
  const path = `${Deno.makeTempDirSync()}/server.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const heard = new Uint8Array(64);
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.read(heard);
    if (bytes) await connection.write(new Uint8Array(bytes));
    if (bytes?.length === 0) return connection.close();
    await connection.read(new Uint8Array(1)).catch(() => {}); // until the other side closes
    connection.close();
  })();
  const answered = await answersHttp2(path, bytes ? 10 : 0.05);
  await serving;
  listener.close();
  return { answered, heard };
}

Deno.test("answersHttp2() takes a SETTINGS frame for an answer", async () => {
  const { answered, heard } = await ask([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0]);
  assert.equal(answered, true);
  assert.equal(new TextDecoder().decode(heard.subarray(0, 24)), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  assert.deepEqual([...heard.subarray(24, 33)], [0, 0, 0, 4, 0, 0, 0, 0, 0]);
});

Deno.test("answersHttp2() takes anything else for none: silence, an end, another protocol", async () => {
  assert.equal((await ask()).answered, false);
  assert.equal((await ask([])).answered, false);
  assert.equal((await ask([...new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n")])).answered, false);
});
