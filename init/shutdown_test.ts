import assert from "node:assert/strict";
import { memoryLog } from "./log.ts";
import { mountedDisks, shutdownPhases } from "./phases.ts";
import { createReaper } from "./reaper.ts";
import { runPhases } from "./shutdown.ts";
import type { Supervised } from "./supervisor.ts";

/** A service that notes when it is stopped. */
function stoppable(name: string, stopped: string[]): Supervised {
  return {
    start() {},
    ready: Promise.resolve(),
    status: () => ({ name, state: "ready", pid: 1, starts: 1, lastEnd: null }),
    restart() {},
    stop() {
      stopped.push(name);
      return Promise.resolve();
    },
  };
}

Deno.test("shutdownPhases() stop the kubelet before the runtime, and unmount last", async () => {
  const stopped: string[] = [];
  const phases = shutdownPhases({
    kubelet: stoppable("kubelet", stopped),
    runtime: stoppable("containerd", stopped),
    reaper: createReaper(() => undefined),
    logs: { close: () => Promise.resolve() },
    mounts: "/dev/null",
    umount: "/bin/umount",
  });
  assert.deepEqual(phases.map(({ name }) => name), [
    "stop kubelet",
    "stop containerd",
    "stop the rest",
    "close logs",
    "sync",
    "unmount disks",
  ]);
  assert(phases.every(({ limit }) => limit > 0 && limit <= 20));
  for (const { run } of phases.slice(0, 2)) await run();
  assert.deepEqual(stopped, ["kubelet", "containerd"]);
});

Deno.test("runPhases() goes on after a phase that fails and one that hangs", async () => {
  const log = memoryLog();
  let done = false;
  await runPhases([
    {
      name: "fail",
      limit: 1,
      run: () => Promise.reject(new TypeError("No disk")),
    },
    { name: "hang", limit: 0.01, run: () => new Promise(() => {}) },
    {
      name: "work",
      limit: 1,
      run: () => {
        done = true;
        return Promise.resolve();
      },
    },
  ], log);
  assert.deepEqual(log.lines, [
    "fail: No disk, going on",
    "hang: not done after 0.01 s, going on",
  ]);
  assert(done);
});

Deno.test("mountedDisks() finds the disks, the last mounted first", () => {
  const table = `\
/root.erofs / erofs ro 0 0
devtmpfs /dev devtmpfs rw 0 0
/dev/vda2 /var/lib/containerd ext4 rw 0 0
/dev/vdb /var/lib/kubelet/pods/a\\040b ext4 rw 0 0
`;
  assert.deepEqual(mountedDisks(table), [
    "/var/lib/kubelet/pods/a b",
    "/var/lib/containerd",
  ]);
});
