import assert from "node:assert/strict";
import { answerControl, type Controls, serveControl } from "./control.ts";
import type { Request as ShutdownRequest } from "./shutdown.ts";

/** Controls that remember what was asked of them. */
function recordingControls(): { asked: ShutdownRequest[]; controls: Controls } {
  const asked: ShutdownRequest[] = [];
  const controls: Controls = {
    status: () => ({ hostname: "node-7", uptime: 12.5, services: [] }),
    requestShutdown: (request) => asked.push(request),
  };
  return { asked, controls };
}

Deno.test("answerControl() tells the status, and ends the node on POST only", async () => {
  const { asked, controls } = recordingControls();
  const answer = (method: string, path: string) =>
    answerControl(new Request(`http://kios${path}`, { method }), controls);
  assert.deepEqual(await answer("GET", "/status").json(), {
    hostname: "node-7",
    uptime: 12.5,
    services: [],
  });
  assert.equal(answer("GET", "/shutdown").status, 405);
  assert.equal(answer("POST", "/status").status, 405);
  assert.equal(answer("POST", "/format").status, 404);
  assert.deepEqual(asked, []);
  assert.equal(answer("POST", "/shutdown").status, 202);
  assert.equal(answer("POST", "/reboot").status, 202);
  assert.deepEqual(asked, [
    { power: "off", reason: "control socket" },
    { power: "reboot", reason: "control socket" },
  ]);
});

Deno.test("serveControl() lets nobody in but the socket's owner", async () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/control.sock`;
  const server = serveControl(path, recordingControls().controls);
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  await server.shutdown();
  Deno.removeSync(directory, { recursive: true });
});
