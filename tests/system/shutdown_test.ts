import assert from "node:assert/strict";
import { compiledProgram } from "./compile.ts";
import { bootFakeNode, type FakeNode, READY } from "./fake_node.ts";

const INIT = await compiledProgram("fake_node.ts");
const BOTH_READY = { runtime: READY, kubelet: READY };

/** The kubelet's own client of logind, which `deno task image test` makes. */
const CLIENT = Deno.env.get("KIOS_LOGIND_CLIENT") ??
  new URL("../../out/test/logind-client", import.meta.url).pathname;

/** What holds a node's lock, as the kubelet does. */
interface Holder extends AsyncDisposable {
  /** Waits for a line. */
  expect(line: string): Promise<void>;
  /** Lets it release its lock. */
  release(): Promise<void>;
}

/** Takes a lock of a node, and wants so many seconds before a shutdown. */
function hold(node: FakeNode, seconds: number): Holder {
  const child = new Deno.Command(CLIENT, {
    args: [`${seconds}`, `${node.directory}/99-kubelet.conf`],
    env: { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${node.directory}/bus` },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keys = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async expect(line) {
      while (!text.split("\n").includes(line)) {
        const { value, done } = await lines.read();
        assert(!done, `No "${line}" in:\n${text}`);
        text += value;
      }
    },
    release: () => keys.write(new TextEncoder().encode("\n")),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await lines.cancel();
      await keys.close().catch(() => {});
      await child.status;
    },
  };
}

Deno.test("boot() tells the kubelet's own client of a shutdown, and stops nothing before it lets go", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  await using kubelet = hold(node, 60);
  await kubelet.expect("delay 2s");
  await kubelet.expect("delay 1m0s");
  await kubelet.expect("locked");
  node.signal("SIGPWR");
  await kubelet.expect("shutdown true");
  await node.expect(/shutdown: power failure$/);
  const status = await node.control("GET", "/status");
  assert.match(status, /"name":"kubelet","state":"ready"/);
  assert.match(status, /"shutdown":"off"/);
  assert.match(await node.control("POST", "/restart/kubelet"), /^HTTP\/1\.1 409 [^]*going down/);
  await kubelet.release();
  await kubelet.expect("released");
  assert.equal(await node.ended(), 130);
  assert.doesNotMatch(node.console(), /going on|without an order/);
});

Deno.test("boot() lets whoever asks a second time shorten the way down, but not change where it leads", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  await using kubelet = hold(node, 3600);
  await kubelet.expect("locked");
  assert.match(await node.control("POST", "/shutdown"), /"power":"off","state":"started"/);
  await kubelet.expect("shutdown true");
  assert.match(await node.control("POST", "/reboot"), /"power":"off","state":"shortened"/);
  assert.equal(await node.ended(), 130);
  await node.expect(/asked for again: control socket, so it is shortened; it stays with power off/);
  await node.expect(/pods are not waited for any longer$/);
});

Deno.test("boot() does not wait for a kubelet that died, nor for one that came back too late", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  {
    await using kubelet = hold(node, 3600);
    await kubelet.expect("locked");
  }
  node.signal("SIGINT");
  assert.equal(await node.ended(), 129);
  await node.expect(/kubelet cannot be asked to end the pods/);
});

Deno.test("boot() gives processes that nobody ended a time to end by themselves, and kills them after it", async () => {
  await using node = bootFakeNode(INIT, {
    // An orphan, as pods are when their shim is gone, that does not listen to SIGTERM.
    runtime: `/bin/sh -c (trap\t''\tTERM;while\t:;do\tsleep\t1;done)&exec\t${READY.replaceAll(" ", "\t")}`,
    kubelet: READY,
  });
  await node.expect(/kubelet ready$/);
  const asked = performance.now();
  node.signal("SIGTERM");
  assert.equal(await node.ended(), 130);
  assert(performance.now() - asked >= 2000, "The delay is its time to end by itself");
  assert.doesNotMatch(node.console(), /going on/);
});
