import assert from "node:assert/strict";
import { type Machine, waitForPage } from "../../mod.ts";
import { LONG, times } from "../scale.ts";
import { Terminal } from "../terminal.ts";
import { BOOT_TIMEOUT, bootNode, HELLO_PORT, inside } from "./node.ts";

/** What PID 1 may have more after thousands of orphans, in bytes. */
const GROWTH = 8 << 20;

/** A watchdog that resets the machine, as the one of q35 itself does not. */
const WATCHDOG = ["-device", "i6300esb", "-action", "watchdog=reset"];

/** A pod that takes all memory it can get. */
const EATER = `\
apiVersion: v1
kind: Pod
metadata: { name: eater, namespace: default }
spec:
  hostNetwork: true
  restartPolicy: Never
  containers:
    - name: eater
      image: kios.local/probe:0.1.0
      imagePullPolicy: IfNotPresent
      command: [/bin/busybox, dd, bs=2000M, count=1, if=/dev/zero, of=/dev/null]
`;

/** Waits until the terminal shows it. */
async function shown(terminal: Terminal, row: number, pattern: RegExp): Promise<void> {
  for (const deadline = Date.now() + BOOT_TIMEOUT; !pattern.test(terminal.lines[row]!);) {
    assert(Date.now() < deadline, `Row ${row} is no ${pattern}:\n${terminal.lines.join("\n")}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Waits until a script succeeds on the node. */
async function until(vm: Machine, script: string): Promise<void> {
  await inside(vm, `for i in $(seq 120); do ${script} && exit 0; sleep 1; done; echo "not in 120 s"; exit 1`);
}

/** The process IDs of programs on the node. */
function pidsOf(vm: Machine, ...names: string[]): Promise<string> {
  return inside(vm, names.map((name) => `pidof ${name}`).join("; "));
}

/** The memory of PID 1 that is in RAM now. */
async function residentMemory(vm: Machine): Promise<number> {
  return Number(await inside(vm, "awk '/^VmRSS/ { print $2 }' /proc/1/status")) * 1024;
}

Deno.test("a node takes care of its services, its memory and itself", async (test) => {
  const terminal = new Terminal();
  const decoder = new TextDecoder();
  await using vm = await bootNode({
    name: "supervision",
    memory: 1024, // the less there is, the sooner it is eaten
    extra: WATCHDOG,
    onConsole: (bytes) => terminal.feed(decoder.decode(bytes, { stream: true })),
  });

  await test.step("the top of the console shows how it is", async () => {
    await shown(terminal, 3, /^pods {7}3 of 3 running$/);
    const lines = terminal.lines;
    assert.match(lines[0]!, /^kiOS \d+\.\d+\.\d+ on kios-[0-9a-f]{6}, standalone$/);
    await shown(terminal, 1, /^addresses {2}eth0 10\.0\.2\.15/);
    assert.equal(lines[2], "services   containerd ready, kubelet ready");
    assert.equal(lines[5], "problem    none");
    assert.match(lines[6]!, /^-{79}$/);
  });

  await test.step("the kernel would kill pods before the system, which keeps its memory", async () => {
    const score = (name: string) => `cat /proc/$(pidof ${name})/oom_score_adj`;
    assert.equal(
      await inside(vm, `cat /proc/1/oom_score_adj; ${score("containerd")}; ${score("kubelet")}`),
      "-1000\n-999\n-999",
    );
    const shims = await inside(
      vm,
      "for shim in $(pidof containerd-shim-runc-v2); do cat /proc/$shim/oom_score_adj; done",
    );
    assert.deepEqual(new Set(shims.split("\n")), new Set(["-998"]));
    const groups = "cd /host/sys/fs/cgroup; cat init/memory.min runtime/memory.min kubelet/memory.min";
    assert.deepEqual((await inside(vm, groups)).split("\n").map(Number), [48 << 20, 64 << 20, 56 << 20]);
    const total = Number(await inside(vm, "awk '/^MemTotal/ { print $2 }' /proc/meminfo")) * 1024;
    const limit = Number(await inside(vm, "cat /host/sys/fs/cgroup/kubepods/memory.max"));
    assert.equal(limit, total - (320 << 20));
  });

  await test.step("kubelet and containerd come back each time they are killed, and pods never stop", async () => {
    const hello = await pidsOf(vm, "hello");
    for (let time = 1; time <= times(3, 50); time++) {
      for (const name of ["kubelet", "containerd"]) {
        await inside(vm, `kill -9 $(pidof ${name})`);
        await vm.expect(new RegExp(`${name} was killed by signal 9.*, start ${time + 1} follows in`));
        await vm.expect(`${name} ready`, { timeout: BOOT_TIMEOUT });
        await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
        assert.equal(await pidsOf(vm, "hello"), hello);
      }
    }
    await shown(terminal, 5, /^problem {4}containerd was killed by signal 9/);
    await shown(terminal, 2, /^services {3}containerd ready \(\d+ starts\), kubelet ready \(\d+ starts\)$/);
  });

  await test.step("a log that has grown is rotated, and its writer goes on", async () => {
    const pid = await pidsOf(vm, "kubelet");
    await inside(vm, "yes 0123456789 | head -c 3000000 >>/host/var/log/kios/kubelet.log");
    await until(vm, "[ -e /host/var/log/kios/kubelet.log.1 ]");
    await until(vm, "[ $(stat -c %s /host/var/log/kios/kubelet.log) -lt 2000000 ]");
    assert.equal(await inside(vm, "cat /host/sys/fs/cgroup/kubelet/cgroup.freeze"), "0");
    assert.equal(await pidsOf(vm, "kubelet"), pid);
  });

  await test.step("orphans are reaped by the thousand, and PID 1 needs no more memory for it", async () => {
    const before = await residentMemory(vm);
    await inside(vm, `for i in $(seq ${times(1000, 10_000)}); do (true &); done`);
    await until(vm, "! grep -q '^State:.Z' /proc/[0-9]*/status");
    const after = await residentMemory(vm);
    assert(after < before + GROWTH, `${before} bytes have become ${after}`);
  });

  if (LONG) {
    await test.step("containerd and kubelet that stand still are killed, and come back", async () => {
      await inside(vm, "kill -STOP $(pidof containerd)");
      await vm.expect("containerd has not answered 3 times within 10 s, it is killed", { timeout: BOOT_TIMEOUT });
      await vm.expect("containerd ready", { timeout: BOOT_TIMEOUT });
      await inside(vm, "kill -STOP $(pidof kubelet)");
      await vm.expect("kubelet has not said for 120 s that it is alive, it is killed", { timeout: BOOT_TIMEOUT });
      await vm.expect("kubelet ready", { timeout: BOOT_TIMEOUT });
      await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    });
  }

  await test.step("a pod that eats all memory is killed, and nothing else", async () => {
    const system = await pidsOf(vm, "containerd", "kubelet", "hello");
    await inside(vm, `cat >/host/etc/kubernetes/manifests/eater.yaml <<'END'\n${EATER}\nEND`);
    await until(vm, "dmesg | grep -q 'Memory cgroup out of memory: Killed process [0-9]* (busybox)'");
    await inside(vm, "rm /host/etc/kubernetes/manifests/eater.yaml");
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    assert.equal(await pidsOf(vm, "containerd", "kubelet", "hello"), system);
    assert.equal(await inside(vm, "dmesg | grep -o 'Killed process [0-9]*' | sort -u | wc -l"), "1");
  });

  await test.step("a machine whose PID 1 stands still resets itself and comes back", async () => {
    await inside(vm, "echo 1 >/host/sys/fs/cgroup/init/cgroup.freeze");
    await vm.expect("init started", { timeout: BOOT_TIMEOUT });
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
  });
});
