import assert from "node:assert/strict";
import { type Machine, waitForPage } from "../../mod.ts";
import { BOOT_TIMEOUT, bootNode, HELLO_PORT, inside } from "./node.ts";

/** A USB keyboard: the kernel knows no other. */
const KEYBOARD = ["-device", "qemu-xhci,id=keys", "-device", "usb-kbd,bus=keys.0"];

/** More than a loaded machine needs on top of any period, in seconds. */
const SLACK = 60;

/** What a pod does; `say` writes to the kernel's log, and so, with the kernel's time, to the console. */
const PODS = {
  // Ends a second after it is told to.
  polite: `trap 'say told; sleep 1; say ends; exit 0' TERM; say up; while :; do sleep 1 & wait $!; done`,
  // Does not listen.
  stubborn: `trap '' TERM; say up; while :; do say lives; sleep 1; done`,
};

/** Starts a static pod; `priority` is that of system-node-critical for one that is to end last. */
async function startPod(vm: Machine, name: string, script: string, priority = 0): Promise<void> {
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      hostNetwork: true,
      priority,
      terminationGracePeriodSeconds: 3600,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [{
        name: "c",
        image: "kios.local/probe:0.1.0",
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/busybox", "sh", "-c", `say() { echo "<3>pod ${name} $1" >/dev/kmsg; }; ${script}`],
        securityContext: { privileged: true },
      }],
    },
  };
  const path = `/host/etc/kubernetes/manifests/${name}.yaml`;
  await inside(vm, `cat >${path} <<'END'\n${JSON.stringify(manifest)}\nEND`);
  await vm.expect(`pod ${name} up`, { timeout: BOOT_TIMEOUT });
}

/** The moments, in seconds since the kernel's start, at which a pod said something. */
function moments(text: string, said: string): number[] {
  return [...text.matchAll(new RegExp(`\\[ *(\\d+\\.\\d+)\\] pod ${said}`, "g"))].map(([, time]) => Number(time));
}

/** The one moment at which a pod said something. */
function moment(text: string, said: string): number {
  const [time, ...more] = moments(text, said);
  assert(time !== undefined && more.length === 0, `"pod ${said}" is not there once:\n${text}`);
  return time;
}

/** Sends bytes to the control socket from the probe, and returns what it answers. */
function ask(text: string): string {
  return `printf '${text}' >/request && connect /host/run/kios/control.sock </request`;
}

const STATUS = ask("GET /status HTTP/1.1\\r\\nHost: kios\\r\\n\\r\\n");

Deno.test("a node ends its pods in order and in time, on every wish, and is hurried by a second one", async (test) => {
  await using vm = await bootNode({ extra: KEYBOARD });
  await vm.expect("kubelet ready");

  await test.step("the control socket answers a pod whatever other clients do", async () => {
    // Forty that say nothing, on input that never comes, and one that says a little from time to time.
    const idle = "mkfifo /nothing; sleep 1000000 >/nothing & for i in $(seq 40); do connect $socket </nothing & done";
    const slow = "(while :; do printf G; sleep 1; done | connect $socket) &";
    await inside(vm, `exec >/dev/null 2>&1; socket=/host/run/kios/control.sock; ${idle}; ${slow}`);
    assert.match(await inside(vm, STATUS), /^HTTP\/1\.1 200 OK\r\n[^]*"name":"kubelet","state":"ready"/);
    assert.match(await inside(vm, ask("DANCE\\r\\n\\r\\n")), /^HTTP\/1\.1 400 /);
    assert.match(
      await inside(vm, ask("GET /nothing HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")),
      /^HTTP\/1\.1 404 [^]*GET \/status/,
    );
    assert.match(
      await inside(vm, "head -c 100000 /dev/urandom | connect /host/run/kios/control.sock"),
      /^HTTP\/1\.1 4/,
    );
    assert.match(await inside(vm, STATUS), /^HTTP\/1\.1 200 OK/);
  });

  await test.step("a pod of root without capabilities is served, one of nobody refused: by the socket's mode, and if that were wrong", async () => {
    const pod = `
apiVersion: v1
kind: Pod
metadata: { name: control }
spec:
  hostNetwork: true
  automountServiceAccountToken: false
  enableServiceLinks: false
  containers:
    - name: root
      image: kios.local/probe:0.1.0
      imagePullPolicy: IfNotPresent
      command: [/bin/busybox, sh, -c, 'while :; do printf "GET /status HTTP/1.0\\r\\n\\r\\n" | connect /run/kios/control.sock; sleep 1; done']
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts: [{ name: kios, mountPath: /run/kios, readOnly: true }]
    - name: nobody
      image: kios.local/probe:0.1.0
      imagePullPolicy: IfNotPresent
      command: [/bin/busybox, sh, -c, "while :; do connect /control.sock </dev/null 2>&1; echo; sleep 1; done"]
      securityContext: { runAsUser: 65534, runAsGroup: 65534 }
      volumeMounts: [{ name: control, mountPath: /control.sock }]
  volumes:
    - { name: kios, hostPath: { path: /run/kios, type: Directory } }
    - { name: control, hostPath: { path: /run/kios/control.sock, type: Socket } }`;
    const wait = (container: string, text: string) => {
      const log = `/host/var/log/pods/default_control*/${container}/0.log`;
      return inside(vm, `for i in $(seq 100); do grep -qm1 '${text}' ${log} && exit; sleep 1; done; exit 1`);
    };
    await inside(vm, `cat >/host/etc/kubernetes/manifests/control.yaml <<'END'\n${pod}\nEND`);
    await wait("root", '"name":"kubelet","state":"ready"');
    await wait("nobody", "Permission denied");
    await inside(vm, "chmod 666 /host/run/kios/control.sock");
    await wait("nobody", "Only root may use this socket");
    await inside(vm, "chmod 600 /host/run/kios/control.sock; rm /host/etc/kubernetes/manifests/control.yaml");
  });

  await test.step("kubelet may want more time than 30 s, of which the pods that end first have 6", async () => {
    const lines = ["shutdownGracePeriod: 40s", "shutdownGracePeriodCriticalPods: 34s"];
    const kind = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration";
    await inside(vm, `cat >/host/etc/kubernetes/config.yaml <<'END'\n${kind}\n${lines.join("\n")}\nEND`);
    await vm.expect("kubelet ready", { timeout: BOOT_TIMEOUT });
    const file = "/host/etc/systemd/logind.conf.d/99-kubelet.conf";
    const wait = `for i in $(seq 60); do grep InhibitDelayMaxSec ${file} 2>/dev/null && exit; sleep 1; done; exit 1`;
    assert.equal(await inside(vm, wait), "InhibitDelayMaxSec=40");
    assert.equal(
      await inside(vm, "ls /host/run/systemd 2>&1; true"),
      "ls: /host/run/systemd: No such file or directory",
    );
  });

  await test.step("Ctrl-Alt-Del ends the others before the critical ones, kills who does not listen, and reboots", async () => {
    await startPod(vm, "omega", PODS.polite, 2_000_001_000);
    await startPod(vm, "alpha", PODS.polite);
    await startPod(vm, "deaf", PODS.stubborn);
    const from = vm.consoleText.length;
    await vm.press("ctrl-alt-delete");
    await vm.expect("shutdown: Ctrl-Alt-Del");
    await vm.expect(/kios\[[\d.]+\] reboot$/m, { timeout: (40 + SLACK) * 1000 });
    const text = vm.consoleText.slice(from);
    const [told, ends] = [moment(text, "alpha told"), moment(text, "alpha ends")];
    const [toldLast, endsLast] = [moment(text, "omega told"), moment(text, "omega ends")];
    assert(told < ends && ends < toldLast && toldLast < endsLast, text);
    const lastSign = Math.max(...moments(text, "deaf lives"));
    assert(lastSign > told + 3, `The pod that does not listen has no time: ${text}`);
    assert(lastSign < told + 6 + SLACK, `The pod that does not listen has too much time: ${text}`);
    assert.doesNotMatch(text, /going on|without an order/);
    await vm.expect("init started", { timeout: BOOT_TIMEOUT });
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
  });

  await test.step("POST /shutdown waits for a pod that does not listen, and a press of the button ends the wait", async () => {
    await waitForPage(vm.url(8081, "/cgi-bin/run"), { timeout: BOOT_TIMEOUT });
    await startPod(vm, "slow", "trap 'say told' TERM; say up; while :; do sleep 1 & wait $!; done");
    const from = vm.consoleText.length;
    await inside(vm, ask("POST /shutdown HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")).catch(() => {}); // it may not outlive the probe
    await vm.expect("pod slow told");
    await vm.powerButton();
    await vm.expect("asked for again: power button, so it is shortened");
    assert.equal(await vm.exited({ timeout: SLACK * 1000 }), 0);
    const text = vm.consoleText.slice(from);
    assert.match(text, /shutdown: control socket/);
    assert.match(text, /pods are not waited for any longer/);
    const [, power] = /kios\[([\d.]+)\] power off/.exec(text)!;
    const [, pressed] = /kios\[([\d.]+)\] shutdown: asked for again/.exec(text)!;
    assert(Number(power) - Number(pressed) < 20, text);
  });
});
