import assert from "node:assert/strict";
import { LONGEST_BODY, LONGEST_HEAD, parseHead } from "./request_head.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** The status with which a request is refused, or nothing. */
function refusal(text: string): number | undefined {
  const head = parseHead(encode(text));
  assert(head !== undefined, `"${text}" should be whole`);
  return "error" in head ? head.status : undefined;
}

/** A request with some header fields. */
function withFields(...fields: string[]): string {
  return ["POST /x HTTP/1.1", "Host: kios", ...fields, "", ""].join("\r\n");
}

Deno.test("parseHead() reads the forms of a target, and cuts off the query", () => {
  for (
    const [target, path] of [
      ["/status", "/status"],
      ["/status?a=b/c?d", "/status"],
      ["http://kios/status", "/status"],
      ["HTTP://kios:80/restart/kubelet?x", "/restart/kubelet"],
      ["//", "//"],
      ["/%73tatus", "/%73tatus"],
    ]
  ) {
    const head = parseHead(encode(`GET ${target} HTTP/1.1\r\nHost: kios\r\n\r\n`));
    assert.equal(head && "path" in head && head.path, path);
  }
  for (const target of ["status", "*", "http://kios", "kios:443", "ftp://kios/x", "#x", "/status#x"]) {
    assert.equal(refusal(`GET ${target} HTTP/1.1\r\nHost: kios\r\n\r\n`), 400, target);
  }
});

Deno.test("parseHead() waits for the head's end, wherever it is cut, and counts its bytes", () => {
  const text = "\r\nGET / HTTP/1.1\r\nHost: kios\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assert.equal(parseHead(encode(text.slice(0, length))), undefined);
  }
  assert.deepEqual(parseHead(encode(`${text}rest`)), {
    method: "GET",
    path: "/",
    bodyLength: 0,
    headLength: text.length,
  });
  assert.equal(refusal("GET / HTTP/1.1\nHost: kios\n\n"), undefined);
});

Deno.test("parseHead() refuses what is no request line, and other versions than 1.x", () => {
  for (
    const line of [
      "GET /",
      "GET  / HTTP/1.1",
      " GET / HTTP/1.1",
      "G(T / HTTP/1.1",
      "GET / HTTP/1",
      "\0\0\0",
      "GET / http/1.1",
    ]
  ) {
    assert.equal(refusal(`${line}\r\nHost: kios\r\n\r\n`), 400, line);
  }
  assert.equal(refusal("GET / HTTP/2.0\r\n\r\n"), 505);
  assert.equal(refusal("PRI * HTTP/2.0\r\n\r\n"), 505);
});

Deno.test("parseHead() refuses fields that could mean two things", () => {
  assert.equal(refusal("GET / HTTP/1.1\r\n\r\n"), 400); // no Host
  assert.equal(refusal("GET / HTTP/1.0\r\n\r\n"), undefined);
  assert.equal(refusal(withFields("Host: other")), 400);
  for (const field of ["No colon", "Name : x", " folded: x", "A: \0", "A: b\rc", ": x", "Ä: x"]) {
    assert.equal(refusal(withFields(field)), 400, JSON.stringify(field));
  }
  assert.equal(refusal(withFields("A: \t ümlaut \t", "B:", "C:d")), undefined);
});

Deno.test("parseHead() reads a body's length, and no body in chunks", () => {
  const length = (...fields: string[]) => {
    const head = parseHead(encode(withFields(...fields)));
    return head && ("error" in head ? head.status : head.bodyLength);
  };
  assert.equal(length("Content-Length: 12"), 12);
  assert.equal(length("content-length: 12", "CONTENT-LENGTH: 12"), 12);
  assert.equal(length(`Content-Length: ${LONGEST_BODY}`), LONGEST_BODY);
  assert.equal(length(`Content-Length: ${LONGEST_BODY + 1}`), 413);
  assert.equal(length(`Content-Length: ${"9".repeat(400)}`), 413);
  for (const value of ["-1", "+1", "1e3", "0x10", "", "1,1", "١"]) {
    assert.equal(length(`Content-Length: ${value}`), 400);
  }
  assert.equal(length("Content-Length: 1", "Content-Length: 2"), 400);
  assert.equal(length("Transfer-Encoding: chunked"), 501);
  assert.equal(length("Transfer-Encoding: identity", "Content-Length: 3"), 501);
});

Deno.test("parseHead() refuses a head that is too long, whole or not", () => {
  const fill = (size: number) => "x".repeat(size - withFields("X: ").length);
  assert.equal(refusal(withFields(`X: ${fill(LONGEST_HEAD)}`)), undefined);
  assert.equal(refusal(withFields(`X: ${fill(LONGEST_HEAD + 1)}`)), 431);
  assert.equal(refusal("x".repeat(LONGEST_HEAD)), 431);
  assert.equal(parseHead(encode("x".repeat(LONGEST_HEAD - 1))), undefined);
});
