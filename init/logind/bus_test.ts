import assert from "node:assert/strict";
import { MESSAGES } from "../../tests/logind_capture.ts";
import { answerCall } from "./bus.ts";
import { decodeMessage, type Message } from "./message.ts";

const STATE = { name: ":1.7", nextName: ":1.7", delay: 30_000_000n, shuttingDown: false };

/** The kubelet's calls by their names. */
const CALLS = new Map(
  MESSAGES.filter(({ from }) => from === "client").map(({ bytes }) => decodeMessage(bytes))
    .map((call) => [call.member!, call]),
);

/** The answer to one of the kubelet's calls, changed. */
function answer(member: string, change: Partial<Message> = {}, state: Partial<typeof STATE> = {}) {
  return answerCall({ ...CALLS.get(member)!, ...change }, { ...STATE, ...state });
}

/** The name of the error that a call is answered with. */
function errorOf(...call: Parameters<typeof answer>): string {
  const answered = answer(...call);
  return "error" in answered ? answered.error.split(".").at(-1)! : "none";
}

Deno.test("answerCall() lets nobody do anything before Hello, nor say it twice", () => {
  assert.equal(errorOf("Hello"), "Failed");
  for (const member of ["Get", "Inhibit", "AddMatch", "KillUnit"]) {
    const answered = answerCall(CALLS.get(member)!, { ...STATE, name: undefined });
    assert.equal("error" in answered && answered.error, "org.freedesktop.DBus.Error.AccessDenied");
  }
});

Deno.test("answerCall() says what there is not", () => {
  assert.equal(errorOf("Get", { member: "GetAll" }), "UnknownMethod");
  assert.equal(errorOf("Get", { path: "/" }), "UnknownMethod");
  assert.equal(errorOf("Get", { destination: "org.freedesktop.NetworkManager" }), "ServiceUnknown");
  assert.equal(errorOf("Get", { signature: "s" }), "InvalidArgs");
  assert.equal(errorOf("KillUnit", { body: CALLS.get("Inhibit")!.body, signature: "ssss" }), "InvalidArgs");
});

Deno.test("answerCall() finds a method without its interface or destination, as the specification allows", () => {
  const { interface: _of, destination: _to, ...call } = CALLS.get("Get")!;
  assert.equal((answerCall(call, STATE) as { signature: string }).signature, "v");
});

Deno.test("answerCall() gives a lock for a delay of a shutdown alone, and none once it has begun", () => {
  assert.equal((answer("Inhibit") as { effect: string }).effect, "lock");
  assert.equal(errorOf("Inhibit", {}, { shuttingDown: true }), "OperationInProgress");
  const text = new TextDecoder("latin1").decode(CALLS.get("Inhibit")!.body);
  const blocking = text.replace("\x05\0\0\0delay", "\x05\0\0\0block");
  const body = Uint8Array.from(blocking, (character) => character.charCodeAt(0));
  assert.equal(errorOf("Inhibit", { body }), "NotSupported");
});

Deno.test("answerCall() counts a match as a wish to be told of a shutdown only if the signal matches", () => {
  const rule = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const body = new Uint8Array([bytes.length, 0, 0, 0, ...bytes, 0]);
    return "effect" in answer("AddMatch", { body });
  };
  assert(rule("type='signal',member='PrepareForShutdown'"));
  assert(rule("type='signal'"));
  assert(rule(""));
  assert(!rule("type='signal',member='PrepareForSleep'"));
  assert(!rule("type='signal',interface='org.freedesktop.DBus'"));
  assert(!rule("type='method_call'"));
});

Deno.test("answerCall() refuses a body that is not what its signature says", () => {
  assert.throws(() => answer("Get", { body: new Uint8Array(3) }), { name: "WireError" });
});
