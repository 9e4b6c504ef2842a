import assert from "node:assert/strict";
import { NO_DISK, type NodeStatus } from "../control/status.ts";
import { STATUS_HEIGHT, statusLines } from "./status_lines.ts";

const STATUS: NodeStatus = {
  version: "0.1.0",
  hostname: "node-7",
  uptime: 3,
  mode: "cluster",
  addresses: [{ interface: "eth0", address: "10.0.2.15" }, { interface: "eth0", address: "fec0::1" }],
  services: [
    { name: "containerd", state: "ready", pid: 70, starts: 1, lastEnd: null },
    { name: "kubelet", state: "waiting", pid: null, starts: 3, lastEnd: "exited with status 1" },
  ],
  pods: { running: 2, wanted: 3 },
  disk: { device: "/dev/vda2", state: "disk", reason: null, size: 20e9, free: 18.26e9 },
  lastProblem: "kubelet exited with status 1, start 4 follows in 1 s",
};

Deno.test("statusLines() shows what a person wants to know", () => {
  assert.deepEqual(statusLines(STATUS), [
    "kiOS 0.1.0 on node-7, in a cluster",
    "addresses  eth0 10.0.2.15, eth0 fec0::1",
    "services   containerd ready, kubelet waiting (3 starts)",
    "pods       2 of 3 running",
    "data disk  /dev/vda2, 18.3 of 20.0 GB free",
    "problem    kubelet exited with status 1, start 4 follows in 1 s",
    "-------------------------------------------------------------------------------",
  ]);
});

Deno.test("statusLines() shows a node that has nothing yet, and why its disk is not used", () => {
  const lines = statusLines({ ...STATUS, addresses: [], services: [], lastProblem: null, disk: NO_DISK });
  assert.equal(lines[1], "addresses  none yet");
  assert.equal(lines[4], "data disk  none, all is in RAM");
  assert.equal(lines[5], "problem    none");
  const disk = { ...STATUS.disk, state: "read-only", reason: "the disk takes no writes", free: null } as const;
  assert.equal(statusLines({ ...STATUS, disk })[4], "data disk  /dev/vda2, read-only: the disk takes no writes");
});

Deno.test("statusLines() gives as many lines as there is room for, none too long, none that a terminal obeys", () => {
  const addresses = Array.from({ length: 40 }, (_, number) => ({ interface: `eth${number}`, address: "10.0.2.15" }));
  const lines = statusLines({ ...STATUS, addresses, hostname: "n".repeat(253), lastProblem: "a\x1b[2Jb\nc\u00e9" });
  assert.equal(lines.length, STATUS_HEIGHT);
  for (const line of lines) assert.match(line, /^[\x20-\x7e]{1,79}$/);
  assert.match(lines[1]!, /\.\.\.$/);
  assert.equal(lines[5], "problem    a?[2Jb?c?");
});
