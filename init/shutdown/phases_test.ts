import assert from "node:assert/strict";
import { memoryLog } from "../log.ts";
import type { Logind } from "../logind/facade.ts";
import { shutdownPhases } from "./phases.ts";
import { createReaper } from "../services/reaper.ts";
import type { Supervised } from "../services/supervisor.ts";

/** A service that notes when it is stopped. */
function stoppable(name: string, happened: string[]): Supervised {
  return {
    start() {},
    ready: Promise.resolve(),
    status: () => ({ name, state: "ready", pid: 1, starts: 1, lastEnd: null }),
    restart() {},
    stop() {
      happened.push(`stop ${name}`);
      return Promise.resolve();
    },
  };
}

/** A logind whose lock is released when it is told to announce a shutdown. */
function fakeLogind(happened: string[], delay: number): Logind {
  return {
    delay: () => delay,
    isHeld: () => true,
    announceShutdown: () => void happened.push("announce"),
    released: () => Promise.resolve(void happened.push("released")),
    close: () => void happened.push("close logind"),
  };
}

function phasesOf(logind: Logind | undefined, happened: string[] = []) {
  return shutdownPhases({
    kubelet: stoppable("kubelet", happened),
    runtime: stoppable("containerd", happened),
    logind,
    log: memoryLog(),
    reaper: createReaper(() => undefined),
    logs: { close: () => Promise.resolve() },
    servers: logind === undefined ? [] : [logind],
    mounts: "/dev/null",
    data: { mount: "/bin/mount", umount: "/bin/umount", output: "/dev/null" },
    keep: () => Promise.resolve(void happened.push("keep a seed")),
  });
}

Deno.test("shutdownPhases() end the pods, then stop the kubelet before the runtime, and unmount last", async () => {
  const happened: string[] = [];
  const phases = phasesOf(fakeLogind(happened, 30), happened);
  assert.deepEqual(phases.map(({ name }) => name), [
    "end the pods",
    "stop kubelet",
    "stop containerd",
    "stop the rest",
    "close sockets",
    "close logs",
    "keep a seed",
    "sync",
    "unmount disks",
  ]);
  const run = phases.filter(({ name }) => !["stop the rest", "sync", "unmount disks"].includes(name));
  for (const phase of run) await phase.run(new Promise(() => {}));
  assert.deepEqual(happened, [
    "announce",
    "released",
    "stop kubelet",
    "stop containerd",
    "close logind",
    "keep a seed",
  ]);
});

Deno.test("shutdownPhases() wait as long as the kubelet wants, but no longer than a day, and shorter in a hurry", () => {
  const limitFor = (logind: Logind | undefined) => phasesOf(logind)[0]!.limit;
  assert.equal(limitFor(undefined), 40);
  assert.equal(limitFor(fakeLogind([], 120)), 130);
  assert.equal(limitFor(fakeLogind([], 1e9)), 24 * 3600 + 10);
  for (const { limit, hurriedLimit } of phasesOf(undefined)) {
    assert(limit > 0 && limit <= 60 && hurriedLimit <= 10 && hurriedLimit < limit);
  }
});
