import assert from "node:assert/strict";
import { GUID, HANDSHAKE } from "../../tests/logind_capture.ts";
import { beginHandshake, shakeHands } from "./handshake.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** What a whole handshake leads to. */
function shake(text: string) {
  return shakeHands(beginHandshake(), encode(text), GUID);
}

Deno.test("shakeHands() answers the kubelet's client byte by byte, however its lines are cut", () => {
  const said = new Uint8Array(HANDSHAKE.filter(({ from }) => from === "client").flatMap(({ bytes }) => [...bytes]));
  const answers = HANDSHAKE.filter(({ from }) => from === "server").map(({ bytes }) => new TextDecoder().decode(bytes));
  for (const size of [1, 2, 3, 7, 100]) {
    const state = beginHandshake();
    let [rest, answer, next] = [new Uint8Array(), "", "more"];
    for (let at = 0; at < said.length; at += size) {
      assert.equal(next, "more");
      rest = new Uint8Array([...rest, ...said.subarray(at, at + size)]);
      const step = shakeHands(state, rest, GUID);
      rest = rest.slice(step.used);
      answer += step.answer;
      next = step.next;
    }
    assert.deepEqual([next, answer, rest.length], ["messages", answers.join(""), 0]);
  }
});

Deno.test("shakeHands() answers a client that says who it is at once, and leaves what follows BEGIN", () => {
  const text = "\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\nl\x01";
  assert.deepEqual(shake(text), {
    answer: `OK ${GUID}\r\nAGREE_UNIX_FD\r\n`,
    used: text.length - 2,
    next: "messages",
  });
});

Deno.test("shakeHands() offers no other way to say who one is, and knows no other word", () => {
  assert.equal(shake("\0AUTH ANONYMOUS\r\n").answer, "REJECTED EXTERNAL\r\n");
  assert.equal(shake("\0AUTH EXTERNAL\r\nCANCEL\r\n").answer, "DATA\r\nREJECTED EXTERNAL\r\n");
  assert.equal(shake("\0DATA\r\nNEGOTIATE_UNIX_FD\r\nDANCE\r\n\r\n").answer, "ERROR\r\n".repeat(4));
});

Deno.test("shakeHands() ends a connection that begins, or goes on, as none should", () => {
  assert.equal(shake("AUTH\r\n").next, "end");
  assert.equal(shake("\0BEGIN\r\n").next, "end");
  assert.equal(shake("\0AUTH EXTERNAL 30\r\nCANCEL\r\nBEGIN\r\n").next, "end");
  assert.equal(shake(`\0AUTH ${"3".repeat(300)}`).next, "end");
  assert.equal(shake(`\0${"DANCE\r\n".repeat(20)}`).next, "end");
  assert.deepEqual(shake(""), { answer: "", used: 0, next: "more" });
});
