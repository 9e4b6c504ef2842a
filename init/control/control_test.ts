import assert from "node:assert/strict";
import { answerControl, serveControl } from "./control.ts";
import { memoryLog } from "../log.ts";
import { createShutdown } from "../shutdown/shutdown.ts";

/** Controls that remember what was asked of them. */
function recordingControls() {
  const asked: string[] = [];
  const restart = (name: string) => ({ restart: (reason: string) => void asked.push(`${name}: ${reason}`) });
  const controls = {
    status: { status: () => ({ hostname: "node-7" }), refresh: () => Promise.resolve() },
    shutdown: createShutdown(() => undefined, () => now),
    services: { kubelet: restart("kubelet"), runtime: restart("runtime") },
  };
  let now = 0;
  const answer = (method: string, path: string) => {
    now += 1000;
    return answerControl({ method, path }, controls);
  };
  return { asked, controls, answer };
}

Deno.test("answerControl() tells the status, to HEAD too", async () => {
  const { answer } = recordingControls();
  const status = { status: 200, body: { hostname: "node-7", shutdown: null } };
  assert.deepEqual(await answer("GET", "/status"), status);
  assert.deepEqual(await answer("HEAD", "/status"), status);
});

Deno.test("answerControl() says what would do where something is not offered", async () => {
  const { answer, controls } = recordingControls();
  assert.deepEqual(await answer("GET", "/shutdown"), {
    status: 405,
    body: { error: '"/shutdown" takes POST, not GET: send it so' },
    allow: ["POST"],
  });
  assert.deepEqual((await answer("POST", "/status")).allow, ["GET", "HEAD"]);
  assert.deepEqual((await answer("HEAD", "/reboot")).allow, ["POST"]);
  assert.equal((await answer("constructor", "/status")).status, 405);
  for (const path of ["/format", "/constructor", "/restart/toString", "/"]) {
    const { status, body } = await answer("POST", path);
    assert.equal(status, 404);
    assert.match(JSON.stringify(body), /ask for GET \/status, POST \/shutdown, POST \/reboot, POST \/restart\/kubelet/);
  }
  assert.equal(controls.shutdown.state(), undefined);
});

Deno.test("answerControl() ends the node; the second wish shortens that, and the first says what becomes of it", async () => {
  const { answer, controls, asked } = recordingControls();
  assert.deepEqual(await answer("POST", "/restart/kubelet"), { status: 202, body: { accepted: "restart kubelet" } });
  const bodies = [];
  for (const path of ["/shutdown", "/reboot", "/shutdown"]) bodies.push((await answer("POST", path)).body);
  assert.deepEqual(bodies, [
    { accepted: "shutdown", power: "off", state: "started" },
    { accepted: "reboot", power: "off", state: "shortened" },
    { accepted: "shutdown", power: "off", state: "running" },
  ]);
  assert.deepEqual(await controls.shutdown.asked, { power: "off", reason: "control socket" });
  assert.equal((await answer("POST", "/restart/runtime")).status, 409);
  assert.deepEqual(asked, ["kubelet: control socket"]);
});

/** Sends text to a socket and reads all that comes back. */
async function send(path: string, text: string): Promise<string> {
  using conn = await Deno.connect({ transport: "unix", path });
  await conn.write(new TextEncoder().encode(text));
  return await new Response(conn.readable).text();
}

Deno.test({
  name: "serveControl() answers over its socket, even when the node cannot say how it is",
  ignore: Deno.uid() !== 0,
  async fn() {
    const directory = Deno.makeTempDirSync();
    const path = `${directory}/control.sock`;
    const { controls } = recordingControls();
    const log = memoryLog();
    const status = { ...controls.status, refresh: () => Promise.reject(new TypeError("No clock")) };
    const control = serveControl(path, { ...controls, status }, log);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    const found = await send(path, "POST /restart/kubelet HTTP/1.1\r\nHost: kios\r\n\r\n");
    assert.match(found, /^HTTP\/1\.1 202 Accepted\r\n[^]*\r\n\r\n\{"accepted":"restart kubelet"\}\n$/);
    assert.match(await send(path, "GET /status HTTP/1.1\r\nHost: kios\r\n\r\n"), /^HTTP\/1\.1 500 .*[^]*console says/);
    assert.deepEqual(log.lines, ["control socket: No clock"]);
    control.close();
    Deno.removeSync(directory, { recursive: true });
  },
});
