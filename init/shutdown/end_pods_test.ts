import assert from "node:assert/strict";
import { spawn } from "../../ffi/mod.ts";
import { memoryLog } from "../log.ts";
import { endPods, graceOfRest, isEnding } from "./end_pods.ts";

/** A kubelet that is process `pid` at first, and `later` when the lock is released. */
function end(pid: number | null, later: number | null, held: boolean, hurried = new Promise<void>(() => {})) {
  const log = memoryLog();
  let now = pid;
  let announced = false;
  const kubelet = {
    status: () => ({ name: "kubelet", state: "ready" as const, pid: now, starts: 1, lastEnd: null }),
  };
  const logind = {
    isHeld: () => held,
    announceShutdown: () => void (announced = true),
    async released() {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      now = later;
    },
  };
  return endPods({ kubelet, logind, log }, hurried).then((ended) => ({ ended, announced, lines: log.lines }));
}

Deno.test("endPods() has the kubelet end them", async () => {
  assert.deepEqual(await end(Deno.pid, Deno.pid, true), { ended: "ended", announced: true, lines: ["pods ended"] });
});

Deno.test("endPods() does not wait for a kubelet that is not there, or took no lock", async () => {
  const lines = ["kubelet cannot be asked to end the pods, so they get SIGTERM without an order"];
  assert.deepEqual(await end(null, null, true), { ended: "not asked", announced: false, lines });
  assert.deepEqual(await end(7, 7, false), { ended: "not asked", announced: false, lines });
});

Deno.test("endPods() does not take the lock of a kubelet that died for pods that ended", async () => {
  const lines = ["kubelet ended before its pods, so they get SIGTERM without an order"];
  assert.deepEqual(await end(7, null, true), { ended: "not asked", announced: true, lines });
  assert.deepEqual(await end(7, 9, true), { ended: "not asked", announced: true, lines });
  // It is dead, and nobody has collected it yet.
  const dead = spawn("/bin/true", []);
  while (!isEnding(dead)) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(await end(dead, dead, true), { ended: "not asked", announced: true, lines });
});

Deno.test("endPods() waits no longer when somebody is in a hurry", async () => {
  const lines = ["pods are not waited for any longer"];
  assert.deepEqual(await end(7, 7, true, Promise.resolve()), { ended: "not ended", announced: true, lines });
});

Deno.test("graceOfRest() gives pods their time, unless they had it", () => {
  assert.deepEqual((["ended", "not asked", "not ended"] as const).map((pods) => graceOfRest(pods, 120)), [5, 120, 10]);
});
