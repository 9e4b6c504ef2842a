/**
 * What of a system bus, logind and systemd the kubelet asks for, as its package `nodeshutdown/systemd` does; anybody else
 * is told that there is no more.
 *
 * @module
 */

import { type Message, readBody } from "./message.ts";
import { WireWriter } from "./wire.ts";

/** The signal that a shutdown begins: org.freedesktop.login1(5). */
export const PREPARE_FOR_SHUTDOWN = {
  path: "/org/freedesktop/login1",
  interface: "org.freedesktop.login1.Manager",
  member: "PrepareForShutdown",
} as const;

/** What the answers depend on. */
export interface BusState {
  /** The client's name on the bus; it has none before it said Hello. */
  name: string | undefined;
  /** The name it gets. */
  nextName: string;
  /** How long a shutdown can be delayed, in microseconds. */
  delay: bigint;
  /** Whether a shutdown has begun. */
  shuttingDown: boolean;
}

/** What a call does besides being answered. */
export type Effect = "name" | "watch" | "reload" | "lock";

/** The answer to a call. */
export type Answer =
  | { signature?: string; body?: Uint8Array; effect?: Effect }
  | { error: string; text: string };

/** A method: where it is, the types it takes, and its answer. */
interface Method {
  destination: string;
  path: string;
  interface: string;
  member: string;
  takes: string;
  answer(args: readonly string[], state: BusState): Answer;
}

const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" };
const LOGIND = { destination: "org.freedesktop.login1", path: "/org/freedesktop/login1" };
const SYSTEMD = { destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1" };

/** Refuses a call. */
function refuse(name: string, text: string): Answer {
  return { error: name.includes(".") ? name : `org.freedesktop.DBus.Error.${name}`, text };
}

/** The answer to Properties.Get: kubelet wants InhibitDelayMaxUSec as a variant that holds a `t`. */
function getProperty([of, name]: readonly string[], { delay }: BusState): Answer {
  if (of !== PREPARE_FOR_SHUTDOWN.interface || name !== "InhibitDelayMaxUSec") {
    return refuse("UnknownProperty", `There is no property "${of}.${name}"`);
  }
  return { signature: "v", body: new WireWriter().signature("t").uint64(delay).bytes() };
}

/** The answer to Inhibit: a descriptor, the first of one, whose closing releases the lock. */
function inhibit([what, , , mode]: readonly string[], { shuttingDown }: BusState): Answer {
  if (what !== "shutdown" || mode !== "delay") {
    return refuse("NotSupported", `Only a delay of shutdown can be had here, not "${mode}" of "${what}"`);
  }
  if (shuttingDown) return refuse("org.freedesktop.login1.OperationInProgress", "The shutdown has begun");
  return { signature: "h", body: new WireWriter().uint32(0).bytes(), effect: "lock" };
}

/** kubelet has written how long it wants to delay a shutdown, and wants logind to read it. */
function killUnit([unit]: readonly string[]): Answer {
  if (unit !== "systemd-logind.service") return refuse("NotSupported", `There is no unit "${unit}" here`);
  return { effect: "reload" };
}

const METHODS: readonly Method[] = [
  {
    ...BUS,
    member: "Hello",
    takes: "",
    answer: (_, { name, nextName }) =>
      name === undefined
        ? { signature: "s", body: new WireWriter().string(nextName).bytes(), effect: "name" }
        : refuse("Failed", "Hello was said before"),
  },
  { ...BUS, member: "AddMatch", takes: "s", answer: ([rule]) => watches(rule!) ? { effect: "watch" } : {} },
  { ...BUS, member: "RemoveMatch", takes: "s", answer: () => ({}) },
  { ...LOGIND, interface: "org.freedesktop.DBus.Properties", member: "Get", takes: "ss", answer: getProperty },
  { ...LOGIND, interface: PREPARE_FOR_SHUTDOWN.interface, member: "Inhibit", takes: "ssss", answer: inhibit },
  { ...SYSTEMD, interface: "org.freedesktop.systemd1.Manager", member: "KillUnit", takes: "ssi", answer: killUnit },
];

/** Whether a match rule lets {@linkcode PREPARE_FOR_SHUTDOWN} through, by "Match Rules" of the specification. */
function watches(rule: string): boolean {
  const signal: Readonly<Record<string, string>> = { type: "signal", ...PREPARE_FOR_SHUTDOWN };
  const terms = [...rule.matchAll(/([a-z0-9_]+)='([^']*)'/g)];
  return terms.every(([, key, value]) => signal[key!] === undefined || signal[key!] === value);
}

/** The method that a call means; the interface may be left out. */
function findMethod(call: Message): Method | undefined {
  return METHODS.find((method) =>
    (call.destination ?? method.destination) === method.destination && call.path === method.path &&
    (call.interface ?? method.interface) === method.interface && call.member === method.member
  );
}

/**
 * Answers a call.
 *
 * @param call The call.
 * @param state What the answer depends on.
 * @returns The answer.
 * @throws {WireError} If its body is not what its signature says.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeMessage, encodeMessage, MESSAGE_TYPE } from "./message.ts";
 *
 * const call = decodeMessage(encodeMessage({ type: MESSAGE_TYPE.call, serial: 1, path: "/", member: "Dance" }));
 * const state = { name: ":1.1", nextName: ":1.2", delay: 0n, shuttingDown: false };
 * assert.deepEqual(answerCall(call, state), {
 *   error: "org.freedesktop.DBus.Error.UnknownMethod",
 *   text: 'There is no method "Dance" of "/" here',
 * });
 * ```
 */
export function answerCall(call: Message, state: BusState): Answer {
  const method = findMethod(call);
  if (state.name === undefined && method?.member !== "Hello") {
    return refuse("AccessDenied", "Say Hello first");
  }
  if (method === undefined) {
    const known = METHODS.some(({ destination }) => destination === (call.destination ?? destination));
    return known
      ? refuse("UnknownMethod", `There is no method "${call.member}" of "${call.path}" here`)
      : refuse("ServiceUnknown", `There is no "${call.destination}" here`);
  }
  const args = readBody(call, method.takes);
  if (args === undefined) {
    return refuse("InvalidArgs", `"${method.member}" takes "${method.takes}", not "${call.signature ?? ""}"`);
  }
  return method.answer(args.map(String), state);
}
