/**
 * What a busy day brings to PID 1, at any speed: questions, garbage, signals, orphans, services that die, logs that grow.
 *
 * @module
 */
import type { FakeNode } from "./fake_node.ts";

/** One request a second: a day of a node that is watched closely. */
export const DAY = 86_400;

/** How much memory PID 1 had in RAM, in bytes. */
export interface NoiseResult {
  /** Once each kind of noise had come, several times. */
  warm: number;
  /** In the end. */
  end: number;
}

/** What is noisy every so many seconds of the day. */
const EVERY = { garbage: 10, idle: 60, signals: 30, orphans: 300, death: 1200, restart: 1500, rotation: 1800 };

/** After so many seconds of the day each kind of noise has come several times, and V8's heap has its size. */
const WARM_UP = 10_000;

/** How many connections are left open and idle at a time. */
const IDLE = 20;

/** The memory of a process that is in RAM now. */
function residentMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes) * 1024;
}

/** Runs a script among the node's processes. */
async function inside(node: FakeNode, script: string): Promise<void> {
  const args = ["--target", `${node.initPid()}`, "--pid", "--mount", "sh", "-c", script];
  const { success, stderr } = await new Deno.Command("nsenter", { args }).output();
  if (!success) throw new TypeError(`Cannot run "${script}" in the node: ${new TextDecoder().decode(stderr)}`);
}

/** The beginnings of what a client may send that is no client. */
const GARBAGE = [
  new Uint8Array(0),
  new TextEncoder().encode("GET /sta"),
  new TextEncoder().encode("BREW /coffee HTCPCP/1.0\r\n\r\n"),
  new TextEncoder().encode(`GET /${"x".repeat(70_000)} HTTP/1.1\r\n\r\n`),
  new TextEncoder().encode("POST /shutdow HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"),
  crypto.getRandomValues(new Uint8Array(4096)),
];

/** Sends garbage to the control socket. */
async function sendGarbage(node: FakeNode, second: number): Promise<void> {
  const socket = await Deno.connect({ transport: "unix", path: `${node.directory}/control.sock` });
  try {
    await socket.write(GARBAGE[second / EVERY.garbage % GARBAGE.length]!);
  } catch {
    // It hung up first, as it may.
  }
  socket.close();
}

/** The process of a service, as its node knows it. */
async function pidOf(node: FakeNode, name: string): Promise<number | undefined> {
  const answer = await node.control("GET", "/status");
  const pid = new RegExp(`"name":"${name}","state":"ready","pid":(\\d+)`).exec(answer)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Restarts a service, as the control socket lets a pod do. */
async function restartService(node: FakeNode, name: string): Promise<void> {
  const answer = await node.control("POST", `/restart/${name}`);
  if (!answer.startsWith("HTTP/1.1 202 ")) throw new RangeError(`Asked for a restart, it answered: ${answer}`);
}

/** Kills a service, if it is there. */
async function killService(node: FakeNode, name: string): Promise<void> {
  const pid = await pidOf(node, name);
  if (pid !== undefined) await inside(node, `kill -9 ${pid}`);
}

/**
 * Makes noise.
 *
 * @param node The node; both its services are ready
 * @param seconds How much of a day, after the time that it takes to be warm
 * @returns The memory of PID 1, early and in the end
 * @throws {RangeError} when it does not answer as it should
 */
export async function makeNoise(node: FakeNode, seconds: number): Promise<NoiseResult> {
  const pid = node.initPid();
  const idle: Deno.UnixConn[] = [];
  const log = new TextEncoder().encode(`${"x".repeat(99)}\n`.repeat(30_000));
  let warm = 0;
  for (let second = 1; second <= WARM_UP + seconds; second++) {
    const answer = await node.control("GET", "/status");
    if (!answer.startsWith("HTTP/1.1 200 ")) throw new RangeError(`Answered second ${second} with: ${answer}`);
    if (second % EVERY.garbage === 0) await sendGarbage(node, second);
    if (second % EVERY.idle === 0) {
      idle.push(await Deno.connect({ transport: "unix", path: `${node.directory}/control.sock` }));
      if (idle.length > IDLE) idle.shift()!.close();
    }
    if (second % EVERY.signals === 0) {
      for (const signal of ["SIGHUP", "SIGUSR1", "SIGCHLD", "SIGWINCH"] as const) node.signal(signal);
    }
    if (second % EVERY.orphans === 0) await inside(node, "for i in $(seq 100); do (true &); done");
    if (second % EVERY.death === 0) {
      await killService(node, second % (2 * EVERY.death) === 0 ? "containerd" : "kubelet");
    }
    if (second % EVERY.restart === 0) {
      await restartService(node, second % (2 * EVERY.restart) === 0 ? "runtime" : "kubelet");
    }
    if (second % EVERY.rotation === 0) {
      await Deno.writeFile(`${node.directory}/log/kubelet.log`, log, { append: true });
    }
    if (second === WARM_UP) warm = residentMemory(pid);
  }
  for (const socket of idle) socket.close();
  return { warm, end: residentMemory(pid) };
}
