/**
 * A node in the user's terminal.
 *
 * @module
 */
import process from "node:process";
import { Keys } from "./keys.ts";
import { Machine } from "./machine.ts";
import { waitForPage } from "./page.ts";

/** What {@linkcode runInteractively} starts. */
export interface RunOptions {
  /** The EFI program. */
  efi: string;
  /** MiB. Default: 1024. */
  memory?: number;
  /** Default: 2. */
  cpus?: number;
  /** The port on 127.0.0.1 that leads to the node's port 8080; 0 takes a free one. Default: 8080. */
  port?: number;
}

/** The port of the hello pod. */
const GUEST_PORT = 8080;

/** A node shuts down well within this; then the plug is pulled. */
const SHUTDOWN_MS = 60_000;

/** Two signals nearer than this are one. */
const SAME_PRESS_MS = 500;

/** Long enough for a slow host that translates each instruction. */
const PAGE_MS = 600_000;

/**
 * Boots a node and joins it with the terminal until it is off.
 *
 * Ctrl-C presses the node's power button, a second one pulls the plug, as does
 * Ctrl-A X. The address of the node's page is printed when the page answers.
 *
 * @param options What to boot.
 * @throws {MissingToolError} If the host lacks QEMU, mtools or the firmware.
 * @throws {MachineError} If QEMU does not start.
 *
 * @example Usage
 * ```ts ignore
 * await runInteractively({ efi: "out/kios.efi", memory: 1024 });
 * ```
 */
export async function runInteractively(options: RunOptions): Promise<void> {
  say("Starting QEMU. Ctrl-C presses the power button, Ctrl-A X ends at once");
  await using vm = await Machine.boot({
    name: "run",
    efi: options.efi,
    memory: options.memory ?? 1024,
    cpus: options.cpus ?? 2,
    ports: [{ guest: GUEST_PORT, host: options.port ?? 8080 }],
    onConsole: (bytes) => writeAll(bytes),
  });
  const over = new AbortController();
  const asked = terminator(vm);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, asked);
  const release = forwardKeys(vm, asked);
  const announced = announce(vm.url(GUEST_PORT), over.signal);
  try {
    await vm.exited({ timeout: 0 });
  } finally {
    over.abort();
    release();
    for (const signal of signals) Deno.removeSignalListener(signal, asked);
    await announced;
  }
  // The node's picture keeps the top lines from scrolling, unless it took it back itself: DECSC, DECSTBM, DECRC.
  if (process.stdout.isTTY) writeAll(new TextEncoder().encode("\x1b7\x1b[r\x1b8"));
  say("The machine is off");
}

/**
 * A function that presses the power button the first time and pulls the plug the second. One Ctrl-C may come twice, from
 * the terminal and from the task runner, which passes it on.
 */
function terminator(vm: Machine): () => void {
  let pressed: number | undefined;
  return () => {
    if (pressed !== undefined && performance.now() - pressed < SAME_PRESS_MS) return;
    if (pressed !== undefined) return void vm.kill();
    pressed = performance.now();
    say("Power button pressed; once more pulls the plug");
    vm.powerButton()
      .then(() => vm.exited({ timeout: SHUTDOWN_MS }))
      .catch(() => vm.kill());
  };
}

/**
 * Sends what the user types to the node, until the function it returns is called.
 *
 * By node's stream: a read of Deno.stdin cannot be taken back, and would keep
 * the program alive until the next key.
 */
function forwardKeys(vm: Machine, asked: () => void): () => void {
  if (!process.stdin.isTTY) return () => {};
  const keys = new Keys();
  process.stdin.setRawMode(true);
  process.stdin.on("data", (typed: Uint8Array) => {
    const { send, wishes } = keys.feed(typed);
    for (const wish of wishes) {
      if (wish === "end") void vm.kill();
      else asked();
    }
    vm.send(send).catch(() => {}); // the machine may be off by now
  });
  return () => {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdin.unref();
  };
}

/** Prints the page's address once it answers. */
async function announce(url: string, signal: AbortSignal): Promise<void> {
  try {
    await waitForPage(url, { timeout: PAGE_MS, signal });
    say(`The node answers: ${url}`);
  } catch {
    if (!signal.aborted) say(`The node does not answer at ${url}`);
  }
}

/** One line of our own; the carriage return is for a terminal in raw mode. */
function say(line: string): void {
  const all = new TextEncoder().encode(`\r\n[machine] ${line}\r\n`);
  for (let done = 0; done < all.length;) {
    done += Deno.stderr.writeSync(all.subarray(done));
  }
}

/** The console goes to stdout as it is. */
function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}
