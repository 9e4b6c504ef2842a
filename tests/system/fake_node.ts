/**
 * A node with fake services, booted as PID 1 of its own namespaces.
 *
 * @module
 */

import { programCommand, startAsInit } from "./namespace.ts";

/** A node that runs. */
export interface FakeNode extends AsyncDisposable {
  /** Where its places lie. */
  directory: string;
  /** What its console has shown so far. */
  console(): string;
  /** Waits until the console shows `count` lines that match. */
  expect(pattern: RegExp, options?: { count?: number }): Promise<void>;
  /** Its PID 1, as seen from here. */
  initPid(): number;
  /** Sends a signal to its PID 1. */
  signal(name: Deno.Signal): void;
  /** Asks its control socket. */
  control(method: string, path: string): Promise<string>;
  /** Waits for its end: 130 when it powered off, 129 when it rebooted. */
  ended(): Promise<number>;
}

/** How long a test waits for anything, in milliseconds. */
const DEADLINE = 30_000;

/** The command of a fake service that is ready at once. */
export const READY: string = programCommand("fake_service.ts").join(" ");

/** The process ID, seen from here, of the only child of `pid`. */
function childOf(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  return Number(Deno.readTextFileSync(path).trim());
}

/**
 * Boots a node.
 *
 * @param init The command of PID 1, a program like programs/fake_node.ts.
 * @param services The commands of its services.
 * @param options A file that it does not find, files that it finds, and its command line.
 * @returns The node.
 */
export function bootFakeNode(
  init: readonly string[],
  services: { runtime: string; kubelet: string },
  options: { missing?: string; files?: Readonly<Record<string, string>>; commandLine?: string } = {},
): FakeNode {
  const directory = Deno.makeTempDirSync();
  for (
    const [name, text] of Object.entries({
      active: "console\n",
      console: "",
      kmsg: "",
      cmdline: `${options.commandLine ?? "quiet kios.hostname=node-7 kios.colour=red"}\n`,
      hosts: "127.0.0.1 localhost\n",
      fault: "",
      steps: "",
      "clock-floor": "2020-01-01\n",
    })
  ) Deno.writeTextFileSync(`${directory}/${name}`, text);
  if (options.missing) Deno.removeSync(`${directory}/${options.missing}`);
  // Plain files stand in for the control groups, which are tested by themselves.
  Deno.mkdirSync(`${directory}/cgroup`);
  Deno.writeTextFileSync(`${directory}/cgroup/cgroup.controllers`, "cpu\n");
  Deno.writeTextFileSync(`${directory}/cgroup/cgroup.subtree_control`, "");
  for (const group of ["init", "containerd", "kubelet"]) {
    Deno.mkdirSync(`${directory}/cgroup/${group}`);
    const files = { "cgroup.procs": "", "cgroup.freeze": "0", "cgroup.events": "frozen 1\n", "memory.min": "0" };
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${directory}/cgroup/${group}/${name}`, text);
    }
  }
  for (const [name, text] of Object.entries({ ...options.files })) {
    Deno.mkdirSync(`${directory}/${name.slice(0, name.lastIndexOf("/") + 1)}`, { recursive: true });
    Deno.writeTextFileSync(`${directory}/${name}`, text);
  }
  Deno.mkdirSync(`${directory}/kubernetes`, { recursive: true });
  const { runtime, kubelet } = services;
  const unshare = startAsInit([...init, directory, runtime, kubelet]);
  const output = unshare.output();

  const console = () => Deno.readTextFileSync(`${directory}/console`);
  return {
    directory,
    console,
    async expect(pattern, { count = 1 } = {}) {
      const lines = () => console().split("\r\n").filter((line) => pattern.test(line));
      const deadline = Date.now() + DEADLINE;
      while (lines().length < count) {
        if (Date.now() > deadline) {
          throw new RangeError(
            `No ${count} x ${pattern} on the console:\n${console()}`,
          );
        }
        await new Promise((done) => setTimeout(done, 10));
      }
    },
    initPid: () => childOf(unshare.pid),
    signal(name) {
      Deno.kill(childOf(unshare.pid), name);
    },
    async control(method, path) {
      using socket = await Deno.connect({
        transport: "unix",
        path: `${directory}/control.sock`,
      });
      await socket.write(new TextEncoder().encode(
        `${method} ${path} HTTP/1.1\r\nHost: kios\r\nConnection: close\r\n\r\n`,
      ));
      return await new Response(socket.readable).text();
    },
    async ended() {
      return (await output).code;
    },
    async [Symbol.asyncDispose]() {
      try {
        unshare.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await output;
      Deno.removeSync(directory, { recursive: true });
    },
  };
}
