import assert from "node:assert/strict";
import { endPods, graceOfRest } from "./end_pods.ts";
import { memoryLog } from "../log.ts";

/** A kubelet that is process `pid` at first, and `later` when the lock is released. */
function end(pid: number | null, later: number | null, held: boolean) {
  const log = memoryLog();
  let now = pid;
  let announced = false;
  const kubelet = {
    status: () => ({ name: "kubelet", state: "ready" as const, pid: now, starts: 1, lastEnd: null }),
  };
  const logind = {
    isHeld: () => held,
    announceShutdown: () => void (announced = true),
    released: () => Promise.resolve(void (now = later)),
  };
  return endPods({ kubelet, logind, log }).then((ended) => ({ ended, announced, lines: log.lines }));
}

Deno.test("endPods() has the kubelet end them", async () => {
  assert.deepEqual(await end(7, 7, true), { ended: "ended", announced: true, lines: ["pods ended"] });
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
});

Deno.test("graceOfRest() gives pods their time, unless they had it", () => {
  assert.deepEqual((["ended", "not asked", "not ended"] as const).map((pods) => graceOfRest(pods, 120)), [5, 120, 10]);
});
