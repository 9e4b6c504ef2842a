/**
 * A node in QEMU, driven from outside.
 *
 * @module
 */
import { Console, type ConsoleMatch } from "./console.ts";
import { MachineError } from "./errors.ts";
import { consolePath, type MachineOptions, prepare } from "./machine_options.ts";
import { parseForwards, type PortForward, qemuArguments } from "./qemu_arguments.ts";
import { Qmp } from "./qmp.ts";
import { findTool } from "./tools.ts";

/** How long a wait lasts unless it says otherwise. */
const WAIT_MS = 120_000;

/** QEMU connects at once or says why not; a loaded host is given time. */
const START_MS = 30_000;

/** A deadline in milliseconds; `KIOS_VM_PATIENCE=2` doubles all of them on a slow host. */
function patiently(timeout = WAIT_MS): number {
  return timeout * Number(Deno.env.get("KIOS_VM_PATIENCE") ?? 1);
}

/**
 * A node in QEMU: KVM where it works, TCG elsewhere.
 *
 * `KIOS_VM_QEMU`, `KIOS_VM_ACCEL` and `KIOS_VM_OVMF` choose other parts of the
 * host; `KIOS_VM_LOGS` another folder for consoles. Timeouts are milliseconds.
 *
 * @example Usage
 * ```ts ignore
 * await using vm = await Machine.boot({ efi: "out/kios.efi", ports: [8080] });
 * await vm.expect("kubelet started");
 * await vm.powerButton();
 * await vm.expect("power off");
 * await vm.exited();
 * ```
 */
export class Machine implements AsyncDisposable {
  /** The file that the console is saved to when the machine ends or a wait fails. */
  readonly logPath: string;
  readonly #console = new Console();
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ended: Promise<number>;
  #qmp: Qmp | undefined;
  #forwards: PortForward[] = [];

  private constructor(
    child: Deno.ChildProcess,
    folder: string,
    options: MachineOptions,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.logPath = consolePath(options);
    this.#keys = child.stdin.getWriter();
    this.#keys.closed.catch(() => {}); // a QEMU that ended says so itself
    this.#ended = this.#follow(options.onConsole);
  }

  /**
   * Starts a machine; it has power when this returns, no more.
   *
   * @param options What it shall be.
   * @returns The machine; `await using` ends it.
   * @throws {MissingToolError} If the host lacks QEMU, mtools or the firmware.
   * @throws {MachineError} If QEMU does not start.
   */
  static async boot(options: MachineOptions = {}): Promise<Machine> {
    const qemu = findTool("qemu-system-x86_64");
    const folder = await Deno.makeTempDir({ prefix: "kios-vm-" });
    try {
      const qemuOptions = await prepare(options, folder);
      using listener = Deno.listen({
        transport: "unix",
        path: qemuOptions.qmpSocket,
      });
      const child = new Deno.Command(qemu, {
        args: qemuArguments(qemuOptions),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const machine = new Machine(child, folder, options);
      try {
        await machine.#connect(listener);
        return machine;
      } catch (error) {
        await machine[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      await Deno.remove(folder, { recursive: true }).catch(() => {});
      throw error;
    }
  }

  /** QEMU's process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** All that the console showed, without control sequences. */
  get consoleText(): string {
    return this.#console.text;
  }

  /**
   * Waits until the console shows something, after what was last waited for.
   *
   * @param pattern A text, or a regular expression, which sees whole lines.
   * @param options The deadline, two minutes by default.
   * @returns What was found, with the groups of a regular expression.
   * @throws {MachineError} If it did not come, or the machine ended.
   */
  async expect(
    pattern: string | RegExp,
    options: { timeout?: number } = {},
  ): Promise<ConsoleMatch> {
    const timeout = patiently(options.timeout);
    try {
      return await this.#console.expect(pattern, { timeout });
    } catch (cause) {
      const what = typeof pattern === "string" ? `"${pattern}"` : `${pattern}`;
      throw this.#error(`Cannot see ${what} on the console`, cause);
    }
  }

  /**
   * Types on the serial port.
   *
   * @param keys What to type.
   */
  async send(keys: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#keys.write(
      typeof keys === "string" ? new TextEncoder().encode(keys) : keys,
    );
  }

  /**
   * Saves what the screen shows; the machine needs `screen: true`.
   *
   * @param path The PNG file to write.
   * @throws {QmpError} If there is no screen.
   */
  async screenshot(path: string): Promise<void> {
    await this.#command("screendump", { filename: path, format: "png" });
  }

  /** Presses the power button once: a node with an operating system shuts down. */
  async powerButton(): Promise<void> {
    await this.#command("system_powerdown");
  }

  /**
   * Presses keys together on the machine's keyboard, which it has by `extra`.
   *
   * @param keys The keys as QEMU names them, as in `ctrl-alt-delete`.
   */
  async press(keys: string): Promise<void> {
    await this.#monitor(`sendkey ${keys}`);
  }

  /** Presses the reset button. */
  async reset(): Promise<void> {
    await this.#command("system_reset");
  }

  /**
   * Plugs a device in while the machine runs.
   *
   * @param driver QEMU's name for the device, as in `virtio-blk-pci`.
   * @param properties The device's properties, as in `{ drive: "late", bus: "port" }`.
   * @throws {QmpError} If QEMU refuses.
   */
  async plugIn(driver: string, properties: Record<string, string> = {}): Promise<void> {
    await this.#command("device_add", { driver, ...properties });
  }

  /** Pulls the plug. Only this machine's own QEMU is ended, by its process id. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#ended;
  }

  /**
   * Waits until QEMU has ended: the guest is off.
   *
   * @param options The deadline, two minutes by default; 0 for none.
   * @returns QEMU's exit status.
   * @throws {MachineError} If the deadline passed.
   */
  async exited(options: { timeout?: number } = {}): Promise<number> {
    const timeout = patiently(options.timeout);
    if (timeout === 0) return await this.#ended;
    return await this.#before(timeout, this.#ended, "Cannot see the machine off");
  }

  /**
   * The port of the host, on 127.0.0.1, that leads to one of the guest.
   *
   * @param guest The guest's port, one of `ports`.
   * @returns The host's port.
   * @throws {RangeError} If it is not forwarded.
   */
  port(guest: number): number {
    const found = this.#forwards.find((forward) => forward.guest === guest);
    if (found === undefined) {
      throw new RangeError(
        `Cannot reach port ${guest}: it is not among the machine's "ports"`,
      );
    }
    return found.host;
  }

  /**
   * The address of a web page of the guest, seen from outside.
   *
   * @param guest The guest's port, one of `ports`.
   * @param path The page. Default: `/`.
   * @returns The URL.
   * @throws {RangeError} If the port is not forwarded.
   */
  url(guest: number, path = "/"): string {
    return `http://127.0.0.1:${this.port(guest)}${path}`;
  }

  /** Ends the machine, keeps its console and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#qmp?.close();
    await this.#keys.close().catch(() => {}); // broken already, most likely
    this.#save();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }

  /** Waits for QEMU's call; if it never comes, QEMU has said why and ended. */
  async #connect(listener: Deno.UnixListener): Promise<void> {
    const ended = this.#ended.then(() => {
      throw this.#error("Cannot start QEMU", this.#console.ended);
    });
    const greeted = this.#greet(listener).catch(() => ended);
    await this.#before(START_MS, Promise.race([greeted, ended]), "Cannot reach QEMU");
  }

  /** Takes QEMU's call, and asks which ports it took. */
  async #greet(listener: Deno.UnixListener): Promise<void> {
    this.#qmp = new Qmp(await listener.accept());
    await this.#command("qmp_capabilities");
    this.#forwards = parseForwards(String(await this.#monitor("info usernet")));
  }

  /** Feeds the console until QEMU ends, and tells why it ended. */
  async #follow(onConsole?: (bytes: Uint8Array) => void): Promise<number> {
    const decoder = new TextDecoder();
    const complaints = new Response(this.#child.stderr).text();
    for await (const chunk of this.#child.stdout) {
      onConsole?.(chunk);
      this.#console.feed(decoder.decode(chunk, { stream: true }));
    }
    const { code } = await this.#child.status;
    const said = (await complaints).trim();
    this.#console.end(`QEMU exited with ${code}${said && `: ${said}`}`);
    return code;
  }

  async #command(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    return await this.#qmp?.execute(name, args);
  }

  #monitor(line: string): Promise<unknown> {
    return this.#command("human-monitor-command", { "command-line": line });
  }

  /** `promise`, or the failure `act` when the deadline passes first. */
  async #before<T>(timeout: number, promise: Promise<T>, act: string): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(this.#error(`${act}: ${timeout / 1000} s passed`)),
      timeout,
    );
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #error(act: string, cause?: unknown): MachineError {
    this.#save();
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    return new MachineError(`${act}${reason}`, {
      consoleText: this.consoleText,
      logPath: this.logPath,
      cause,
    });
  }

  #save(): void {
    Deno.mkdirSync(this.logPath.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(this.logPath, this.consoleText);
  }
}
