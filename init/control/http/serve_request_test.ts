import assert from "node:assert/strict";
import type { Answer } from "./answer.ts";
import { serveRequest } from "./serve_request.ts";

const encode = (text: string) => new TextEncoder().encode(text);

const LIMITS = { request: 0.2, answer: 0.2 };

/** A client and the server's end of its connection, which is served. */
async function connect(respond: () => Promise<Answer> = () => Promise.resolve({ status: 200, body: "fine" })) {
  const path = `${Deno.makeTempDirSync()}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const [client, conn] = await Promise.all([Deno.connect({ transport: "unix", path }), listener.accept()]);
  const served = serveRequest(conn, respond, LIMITS).finally(() => conn.close());
  return { client, served };
}

/** All that comes back after `text` was sent. */
async function ask(text: string, options: { closeWrite?: boolean } = {}): Promise<string> {
  const { client, served } = await connect();
  await client.write(encode(text));
  if (options.closeWrite) await client.closeWrite();
  const answer = await new Response(client.readable).text();
  await served;
  return answer;
}

Deno.test("serveRequest() answers, says how long the answer is, and closes", async () => {
  assert.equal(
    await ask("GET /status HTTP/1.1\r\nHost: kios\r\n\r\n"),
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n" +
      'Cache-Control: no-store\r\nConnection: close\r\n\r\n"fine"\n',
  );
});

Deno.test("serveRequest() answers a client that has closed its own direction, and HEAD without a body", async () => {
  assert.match(await ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n", { closeWrite: true }), /"fine"\n$/);
  assert.match(await ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), /Content-Length: 7\r\n[^]*\r\n\r\n$/);
});

Deno.test("serveRequest() reads a body away, and passes over what follows it", async () => {
  assert.match(await ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), /^HTTP\/1\.1 200 /);
  assert.match(
    await ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1"),
    /^HTTP\/1\.1 200 /,
  );
  const long = "x".repeat(64 * 1024);
  assert.match(await ask(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${long.length}\r\n\r\n${long}`), / 200 /);
});

Deno.test("serveRequest() says what is wrong, even to a client that sends all before it reads", async () => {
  assert.match(await ask("DANCE\r\n\r\n"), /^HTTP\/1\.1 400 Bad Request\r\n[^]*"error":"Cannot read the request line/);
  assert.match(await ask("GET / HT", { closeWrite: true }), /^HTTP\/1\.1 400 [^]*ended early/);
  const cut = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell";
  assert.match(await ask(cut, { closeWrite: true }), /^HTTP\/1\.1 400 [^]*its body is shorter/);
  const large = 300_000;
  const { client, served } = await connect();
  const sent = client.write(encode(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${large}\r\n\r\n`))
    .then(async () => {
      const body = new Uint8Array(large);
      for (let at = 0; at < large;) at += await client.write(body.subarray(at));
    });
  assert.match(await new Response(client.readable).text(), /^HTTP\/1\.1 413 /);
  await sent;
  await served;
});

Deno.test("serveRequest() does not wait for ever: for a request, a body, or somebody to take the answer", async () => {
  assert.match(await ask(""), /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.match(await ask("GET / HTTP/1.1\r\nHo"), /^HTTP\/1\.1 408 /);
  assert.match(await ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"), /^HTTP\/1\.1 408 /);
  const { client, served } = await connect(() => Promise.resolve({ status: 200, body: "x".repeat(8 << 20) }));
  await client.write(encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  await served;
  client.close();
});

Deno.test("serveRequest() says nothing to a client that left without a word", async () => {
  assert.equal(await ask("", { closeWrite: true }), "");
});
