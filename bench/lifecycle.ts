/**
 * How fast a node comes back when a service of its is killed, and how fast it ends.
 *
 * @module
 */
import { Machine, waitForPage } from "../mod.ts";
import { type Result, summarise } from "./result.ts";

/** The image with the probe, through which the bench acts on the node. */
const IMAGE = "out/test/test.efi";

/** The port of the probe. */
const PORT = 8081;

/** MiB; room for the pods. */
const MEMORY = 3072;

/** Long enough for a loaded host without KVM. */
const TIMEOUT = 600_000;

/** How many idle pods a node ends, and how many of them are critical, so that they end last. */
const PODS = 20;
const CRITICAL = 2;

/** The priority of system-node-critical. */
const CRITICAL_PRIORITY = 2_000_001_000;

/** Boots a node. */
async function boot(): Promise<Machine> {
  const vm = await Machine.boot({ name: "bench", efi: IMAGE, memory: MEMORY, ports: [PORT] });
  await waitForPage(vm.url(PORT, "/cgi-bin/run"), { timeout: TIMEOUT });
  return vm;
}

/** Runs a script in the probe. */
async function inside(vm: Machine, script: string): Promise<void> {
  const text = await (await fetch(vm.url(PORT, "/cgi-bin/run"), { method: "POST", body: script })).text();
  if (!text.endsWith("exit 0\n")) throw new TypeError(`Script failed on the node: ${script}\n${text}`);
}

/** An idle pod that says on the console when it runs and when it ends. */
function idlePod(index: number): string {
  const name = `idle-${index}`;
  const say = (word: string) => `echo "<3>pod ${name} ${word}" >/dev/kmsg`;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      hostNetwork: true,
      priority: index < CRITICAL ? CRITICAL_PRIORITY : 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [{
        name: "idle",
        image: "kios.local/probe:0.1.0",
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/busybox", "sh", "-c", `trap '${say("ends")}; exit' TERM; ${say("runs")}; sleep 1000000 & wait`],
        securityContext: { privileged: true },
      }],
    },
  });
}

/** The second at which the console shows what matches, the last of its kind. */
function secondOf(text: string, pattern: RegExp): number {
  const times = [...text.matchAll(pattern)].map(([, time]) => Number(time));
  if (times.length === 0) throw new TypeError(`The console does not show ${pattern}:\n${text}`);
  return Math.max(...times);
}

/** Ends a node with idle pods: seconds from the wish to the last end of a pod, and to power off. */
async function endOnce(): Promise<{ pods: number; whole: number }> {
  await using vm = await boot();
  for (let index = 0; index < PODS; index++) {
    await inside(vm, `cat >/host/etc/kubernetes/manifests/idle-${index}.yaml <<'END'\n${idlePod(index)}\nEND`);
  }
  // Each is waited for by itself, for a wait begins after what the last one found.
  const running = () => new Set(vm.consoleText.match(/pod idle-\d+ runs/g)).size;
  while (running() < PODS) await vm.expect(/pod idle-\d+ runs/, { timeout: TIMEOUT });
  await vm.powerButton();
  await vm.exited({ timeout: TIMEOUT });
  const asked = secondOf(vm.consoleText, /kios\[([\d.]+)\] shutdown: power button/g);
  const ended = new Set(vm.consoleText.match(/pod idle-\d+ ends/g)).size;
  if (ended < PODS) throw new TypeError(`Only ${ended} of ${PODS} pods ended by themselves:\n${vm.consoleText}`);
  return {
    pods: secondOf(vm.consoleText, /\[ *([\d.]+)\] pod idle-\d+ ends/g) - asked,
    whole: secondOf(vm.consoleText, /kios\[([\d.]+)\] power off/g) - asked,
  };
}

/**
 * Ends nodes with 20 idle pods.
 *
 * @param rounds How many
 * @param say Hears of each
 * @returns Time from the wish to the end of the slowest pod, and to power off
 */
export async function measureShutdowns(rounds: number, say: (line: string) => void): Promise<Result[]> {
  const ends = [];
  for (let round = 1; round <= rounds; round++) {
    const end = await endOnce();
    ends.push(end);
    say(
      `round ${round} of ${rounds}: the slowest pod after ${end.pods.toFixed(2)} s, off after ${
        end.whole.toFixed(2)
      } s`,
    );
  }
  const base = summarise({ case: "slowest pod", metric: "shutdown", unit: "s" }, ends.map(({ pods }) => pods));
  return [base, summarise({ case: "kios", metric: "shutdown", unit: "s" }, ends.map(({ whole }) => whole), base)];
}

/** Kills a service and returns how many seconds later it is ready again, by the console's own clock. */
async function restartOnce(vm: Machine, name: string): Promise<number> {
  const from = vm.consoleText.length;
  await inside(vm, `kill -9 $(pidof ${name})`);
  await vm.expect(new RegExp(`${name} was killed`), { timeout: TIMEOUT });
  await vm.expect(`${name} ready`, { timeout: TIMEOUT });
  const text = vm.consoleText.slice(from);
  return secondOf(text, new RegExp(`kios\\[([\\d.]+)\\] ${name} ready`, "g")) -
    secondOf(text, new RegExp(`kios\\[([\\d.]+)\\] ${name} was killed`, "g"));
}

/**
 * Kills kubelet and containerd, each once in a node's life: a second death soon after the first is waited for longer.
 *
 * @param rounds How many nodes
 * @param say Hears of each
 * @returns Time from the death to readiness
 */
export async function measureRestarts(rounds: number, say: (line: string) => void): Promise<Result[]> {
  const names = ["kubelet", "containerd"];
  const times: number[][] = names.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    await using vm = await boot();
    await vm.expect("kubelet ready", { timeout: TIMEOUT });
    for (const [index, name] of names.entries()) times[index]!.push(await restartOnce(vm, name));
    say(
      `round ${round} of ${rounds}: ${
        names.map((name, index) => `${name} ready after ${times[index]!.at(-1)!.toFixed(2)} s`).join(", ")
      }`,
    );
  }
  return names.map((name, index) => summarise({ case: "kios", metric: `restart_${name}`, unit: "s" }, times[index]!));
}
