import assert from "node:assert/strict";
import { bootFakeNode, READY } from "./fake_node.ts";
import { compiledProgram } from "./compile.ts";
import { programCommand, runAsInit } from "./namespace.ts";

// Some of what kills PID 1 kills only the compiled one.
const INIT = await compiledProgram("fake_node.ts");
const BOTH_READY = { runtime: READY, kubelet: READY };

Deno.test("boot() starts the runtime, and the kubelet when the runtime is ready", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  const events = node.console().replaceAll(/kios\[\d+\.\d\d\] /g, "")
    .trim().split("\r\n");
  assert.deepEqual(events.toSorted(), [
    '"kios.colour=red" on the command line is not known; known are datapart, kios.console, kios.hostname, kios.log, ' +
    "kios.node-ip, kios.node-labels",
    "containerd ready",
    "containerd started",
    "init started",
    "kubelet ready",
    "kubelet started",
    "no data partition: all is kept in RAM",
    "registry listening",
  ]);
  assert.equal(events[0], "init started");
  assert(events.indexOf("containerd ready") < events.indexOf("kubelet started"));
  assert.match(
    Deno.readTextFileSync(`${node.directory}/hosts`),
    /^127\.0\.1\.1 node-7$/m,
  );
});

Deno.test("boot() survives SIGHUP and signals nobody asked for", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGPIPE", "SIGALRM"] as const) {
    node.signal(signal);
  }
  assert.match(await node.control("GET", "/status"), /"hostname":"node-7"/);
});

for (
  const [signal, reason, end, code] of [
    ["SIGTERM", "SIGTERM", "power off", 130],
    ["SIGINT", "Ctrl-Alt-Del", "reboot", 129],
  ] as const
) {
  Deno.test(`boot() takes ${signal} for a wish to end: ${end}`, async () => {
    await using node = bootFakeNode(INIT, BOTH_READY);
    await node.expect(/kubelet ready$/);
    node.signal(signal);
    assert.equal(await node.ended(), code);
    await node.expect(new RegExp(`shutdown: ${reason}$`));
    await node.expect(new RegExp(`${end}$`));
    assert.doesNotMatch(node.console(), /internal error|going on/);
  });
}

Deno.test("boot() ends the node when the control socket asks for it", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/kubelet ready$/);
  assert.match(await node.control("GET", "/shutdown"), / 405 /);
  assert.match(await node.control("POST", "/nothing"), / 404 /);
  assert.match(await node.control("POST", "/reboot"), / 202 /);
  assert.equal(await node.ended(), 129);
  await node.expect(/shutdown: control socket$/);
});

Deno.test("boot() outlives services that die a hundred times, and says so", async () => {
  await using node = bootFakeNode(INIT, {
    runtime: "/bin/false",
    kubelet: "/bin/sh -c kill\t-9\t$$",
  });
  await node.expect(/containerd exited with status 1, start \d+ follows in [\d.]+ s/, {
    count: 100,
  });
  await node.expect(/containerd not ready after 5 s, kubelet goes on without/);
  await node.expect(/kubelet was killed by signal 9, start \d+ follows/, {
    count: 100,
  });
  const zombies = await node.control("GET", "/status");
  assert.match(zombies, /"starts":\d{3,}/);
  node.signal("SIGTERM");
  assert.equal(await node.ended(), 130);
});

Deno.test("boot() keeps trying a service that cannot be executed", async () => {
  await using node = bootFakeNode(INIT, {
    runtime: "/nowhere/containerd",
    kubelet: READY,
  });
  await node.expect(
    /containerd did not start: Cannot posix_spawn "\/nowhere\/containerd": ENOENT, start \d+ follows/,
    { count: 10 },
  );
});

Deno.test("boot() starts a service again that is killed from outside", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY);
  await node.expect(/containerd ready$/);
  const [, pid] = /"name":"containerd","state":"ready","pid":(\d+)/
    .exec(await node.control("GET", "/status"))!;
  const killer = await new Deno.Command("nsenter", {
    args: [
      "--target",
      `${node.initPid()}`,
      "--pid",
      "--mount",
      "sh",
      "-c",
      `kill -9 ${pid}`, // the shell's own: not every machine has kill(1)
    ],
  }).output();
  assert(killer.success);
  await node.expect(/containerd was killed by signal 9, start 2 follows/);
  await node.expect(/containerd ready$/, { count: 2 });
});

Deno.test("boot() kills what does not end by itself", async () => {
  await using node = bootFakeNode(INIT, {
    runtime: READY,
    kubelet: `${READY} stubborn`,
  });
  await node.expect(/kubelet ready$/);
  node.signal("SIGTERM");
  assert.equal(await node.ended(), 130);
  assert.doesNotMatch(node.console(), /going on/);
});

Deno.test("boot() counts down and reboots when it cannot go on", async () => {
  await using node = bootFakeNode(INIT, BOTH_READY, { missing: "cmdline" });
  assert.equal(await node.ended(), 129);
  await node.expect(/cannot go on: .*No such file or directory.*cmdline/);
  await node.expect(/reboot in 1 s$/);
  await node.expect(/reboot$/);
});

Deno.test("createReaper() reaps the orphans of others and leaves no zombie", async () => {
  const { stdout, stderr } = await runAsInit(programCommand("orphans.ts"));
  assert.equal(stdout, "true\n1\n", stderr);
});

Deno.test({
  name: "startIn() starts a process in its control group",
  ignore: Deno.uid() !== 0,
  async fn() {
    const { stdout, stderr } = await runAsInit(programCommand("cgroups.ts"));
    assert.equal(stdout, "child: runtime\nself: init\nsignal: 9\n", stderr);
  },
});
