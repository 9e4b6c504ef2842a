import assert from "node:assert/strict";
import { createRandom, mutate, scriptedConnection } from "../../../tests/fuzz.ts";
import { serveRequest } from "./serve_request.ts";

const random = createRandom();

/** How many requests are changed, and in how many batches. */
const COUNT = 100_000;
const BATCHES = 100;

const GOOD = [
  "GET /status HTTP/1.1\r\nHost: kios\r\n\r\n",
  "GET /status?verbose=1 HTTP/1.0\r\n\r\n",
  "HEAD http://kios/status HTTP/1.1\r\nHost: kios\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
  "POST /reboot HTTP/1.1\nHost: kios\nContent-Length: 12\n\nhello, world",
  "POST /shutdown HTTP/1.1\r\nHost: kios\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nkios\r\n0\r\n\r\n",
  `POST /restart/kubelet HTTP/1.1\r\nHost: kios\r\nX-Long: ${"x".repeat(500)}\r\nContent-Length: 0\r\n\r\n`,
  "POST /shutdown HTTP/1.1\r\nHost: kios\r\nContent-Length: 65530\r\n\r\n",
].map((text) => new TextEncoder().encode(text));

/** Sends a request, and returns all that comes back. */
async function ask(bytes: Uint8Array): Promise<string> {
  const { conn, written } = scriptedConnection(bytes, random);
  await serveRequest(conn, ({ method, path }) => Promise.resolve({ status: 200, body: { method, path } }));
  return new TextDecoder().decode(written());
}

Deno.test(`an HTTP connection survives ${COUNT} changed requests (KIOS_FUZZ_SEED=${random.seed})`, async () => {
  const statuses = new Set<string>();
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let sent = 0; sent < COUNT / BATCHES; sent++) {
      const answer = await ask(mutate(GOOD[random.below(GOOD.length)]!, random));
      if (answer === "") continue; // it was cut off before its first byte
      const [, status = ""] = /^HTTP\/1\.1 (\d{3}) [^\r\n]+\r\n/.exec(answer) ?? [];
      assert.match(status, /^(200|400|413|431|501|505)$/, answer);
      statuses.add(status);
    }
    assert.match(await ask(GOOD[0]!), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\{"method":"GET","path":"\/status"\}\n$/);
  }
  // Or the changes were all of one kind.
  assert(statuses.size >= 5, [...statuses].join());
});
