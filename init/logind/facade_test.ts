import assert from "node:assert/strict";
import { HANDSHAKE, MESSAGES } from "../../tests/logind_capture.ts";
import { memoryLog } from "../log.ts";
import { type Logind, serveLogind } from "./facade.ts";
import { decodeMessage, encodeMessage, type Message, MESSAGE_TYPE, messageLength, readBody } from "./message.ts";
import { WireWriter } from "./wire.ts";

const ROOT = { ignore: Deno.uid() !== 0 };

/** The kubelet's calls. */
const CALLS = MESSAGES.filter(({ from }) => from === "client").map(({ bytes }) => bytes);
const [HELLO, GET, KILL_UNIT, , INHIBIT, ADD_MATCH] = CALLS as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** A client of the bus. */
class Client {
  #bytes = new Uint8Array();
  readonly conn: Deno.UnixConn;

  constructor(conn: Deno.UnixConn) {
    this.conn = conn;
  }

  async #more(): Promise<boolean> {
    const piece = new Uint8Array(4096);
    const count = await this.conn.read(piece);
    if (count !== null) this.#bytes = new Uint8Array([...this.#bytes, ...piece.subarray(0, count)]);
    return count !== null;
  }

  /** Shakes hands as the kubelet does. */
  async greet(): Promise<void> {
    for (const { from, bytes } of HANDSHAKE) {
      if (from === "client") await this.conn.write(bytes);
      else {
        while (this.#bytes.length < bytes.length) assert(await this.#more());
        if (bytes[0] !== "O".charCodeAt(0)) assert.deepEqual(this.#bytes, bytes); // the OK has another name in it
        this.#bytes = this.#bytes.slice(bytes.length);
      }
    }
  }

  /** The next message, or nothing when the connection has ended. */
  async receive(): Promise<Message | undefined> {
    while (true) {
      const length = messageLength(this.#bytes);
      if (length !== undefined && this.#bytes.length >= length) {
        const message = decodeMessage(this.#bytes.slice(0, length));
        this.#bytes = this.#bytes.slice(length);
        return message;
      }
      if (!await this.#more()) return undefined;
    }
  }

  /** Calls, and waits for the answer. */
  async call(bytes: Uint8Array): Promise<Message> {
    await this.conn.write(bytes);
    const message = await this.receive();
    assert(message);
    return message;
  }
}

/** A logind, and clients of it. */
function start(): { logind: Logind; lines: string[]; configuration: string; connect(): Promise<Client> } {
  const directory = Deno.makeTempDirSync();
  const log = memoryLog();
  const [bus, configuration] = [`${directory}/bus`, `${directory}/99-kubelet.conf`];
  const logind = serveLogind({ bus, configuration, delay: 30 }, log);
  return {
    logind,
    lines: log.lines,
    configuration,
    async connect() {
      const client = new Client(await Deno.connect({ transport: "unix", path: bus }));
      await client.greet();
      assert.equal((await client.call(HELLO)).type, MESSAGE_TYPE.reply);
      return client;
    },
  };
}

/** The delay that logind names, in seconds. */
async function delayOf(client: Client): Promise<number> {
  const [delay] = readBody(await client.call(GET), "v")!;
  return Number(delay) / 1e6;
}

Deno.test("serveLogind() says no to what it does not know, and goes on", ROOT, async () => {
  const { logind, connect, lines } = start();
  const client = await connect();
  const dance = encodeMessage({ type: MESSAGE_TYPE.call, serial: 7, path: "/", member: "Dance" });
  const answer = await client.call(dance);
  assert.equal(answer.errorName, "org.freedesktop.DBus.Error.UnknownMethod");
  assert.equal(answer.replySerial, 7);
  assert.equal(await delayOf(client), 30);
  client.conn.close();
  logind.close();
  assert.deepEqual(lines, []);
});

Deno.test(
  "serveLogind() takes the kubelet's word for the delay when it says that it has written it",
  ROOT,
  async () => {
    const { logind, connect, configuration } = start();
    const client = await connect();
    const write = (seconds: string) =>
      Deno.writeTextFileSync(configuration, `# Kubelet logind override\n[Login]\nInhibitDelayMaxSec=${seconds}\n`);
    write("120");
    assert.equal(await delayOf(client), 30); // an earlier start may have left it there
    await client.call(KILL_UNIT);
    assert.equal(await delayOf(client), 120);
    assert.equal(logind.delay(), 120);
    for (const nonsense of ["5", "soon", "-1", "99999999999999999999"]) {
      write(nonsense);
      await client.call(KILL_UNIT);
      assert(logind.delay() >= 30 && Number.isSafeInteger(logind.delay() * 1e6), nonsense);
    }
    client.conn.close();
    logind.close();
  },
);

Deno.test(
  "serveLogind() knows of a lock until its holder is gone, and tells who watches of a shutdown",
  ROOT,
  async () => {
    const { logind, connect } = start();
    const [one, two] = [await connect(), await connect()];
    assert.equal(logind.isHeld(), false);
    const answer = await one.call(INHIBIT);
    assert.deepEqual([answer.signature, answer.descriptors], ["h", 1]);
    // Deno reads without taking the descriptor, so the kernel closes it: as when a holder dies.
    assert.equal(logind.isHeld(), false);
    await two.conn.write(INHIBIT); // not read: the descriptor is on its way
    await one.call(ADD_MATCH);
    assert.equal(logind.isHeld(), true);
    logind.announceShutdown();
    const signal = await one.receive();
    assert.deepEqual([signal!.type, signal!.member, readBody(signal!, "b")], [
      MESSAGE_TYPE.signal,
      "PrepareForShutdown",
      [true],
    ]);
    const released = logind.released();
    await two.receive();
    await released;
    const late = await one.call(INHIBIT);
    assert.equal(late.errorName, "org.freedesktop.login1.OperationInProgress");
    one.conn.close();
    two.conn.close();
    logind.close();
  },
);

Deno.test("serveLogind() cuts off who sends what is no message, and no one else", ROOT, async () => {
  const { logind, connect, lines } = start();
  const good = await connect();
  const bad = [
    new TextEncoder().encode("GET /status HTTP/1.1\r\n\r\n"),
    GET.with(0, 0x42),
    GET.with(4, 0xff).with(5, 0xff).with(6, 0xff),
    new WireWriter().byte(0x6c).byte(1).byte(0).byte(1).uint32(0).uint32(1).uint32(3).raw(new Uint8Array(8)).bytes(),
  ];
  for (const bytes of bad) {
    const client = await connect();
    await client.conn.write(bytes);
    assert.equal(await client.receive(), undefined);
    client.conn.close();
    assert.equal(await delayOf(good), 30);
  }
  good.conn.close();
  logind.close();
  assert.deepEqual(lines, []);
});
