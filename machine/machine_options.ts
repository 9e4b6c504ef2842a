/**
 * What a machine shall be, and the files it needs for that.
 *
 * @module
 */
import { type Accelerator, chooseAccelerator } from "./accel.ts";
import { writeEsp } from "./esp.ts";
import { findFirmware } from "./firmware.ts";
import type { Disk, PortForward, QemuOptions } from "./qemu_arguments.ts";

/** What a machine shall be, and what it starts from. */
export interface MachineOptions {
  /** Names the file its console is saved to. Default: `machine`. */
  name?: string;
  /** An EFI program: UEFI firmware starts it from a FAT disk. */
  efi?: string;
  /** Or a kernel that QEMU loads itself, */
  kernel?: string;
  /** with an initrd */
  initrd?: string;
  /** and a command line. */
  commandLine?: string;
  /** Or, with `disks`, UEFI firmware that looks for something to start on them. */
  uefi?: boolean;
  /** Default: KVM where it works, TCG elsewhere. */
  accelerator?: Accelerator;
  /** MiB. Default: 1024. */
  memory?: number;
  /** Default: 2. */
  cpus?: number;
  /** Ports of the guest to reach from outside; a number takes a free port of the host. */
  ports?: (number | PortForward)[];
  /** Disks, after the one that `efi` makes. */
  disks?: Disk[];
  /** The network card's QEMU device, as in `e1000e`; `none` for none. Default: `virtio-net-pci`. */
  nic?: string;
  /** A graphics card, for {@linkcode Machine.screenshot}. Default: false. */
  screen?: boolean;
  /** End QEMU where the guest would start again. Default: false. */
  endOnReboot?: boolean;
  /** More words for QEMU. */
  extra?: string[];
  /** The folder for consoles. Default: `KIOS_VM_LOGS`, or `out/vm`. */
  logs?: string;
  /** Sees all that the console writes, as it comes. */
  onConsole?: (bytes: Uint8Array) => void;
}

/** Names given so far, so that two machines of one name keep two consoles. */
const names = new Map<string, number>();

/**
 * The file for the console of a new machine.
 *
 * @param options Its name and the folder.
 * @returns A path that no earlier machine of this process has.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const options = { name: "node", logs: "out/vm" };
 * assert.equal(consolePath(options), "out/vm/node.log");
 * assert.equal(consolePath(options), "out/vm/node-2.log");
 * ```
 */
export function consolePath(options: MachineOptions): string {
  const name = options.name ?? "machine";
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  const folder = options.logs ?? Deno.env.get("KIOS_VM_LOGS") ?? "out/vm";
  return `${folder}/${name}${count === 1 ? "" : `-${count}`}.log`;
}

/**
 * Makes the files that QEMU needs, and says what to start it with.
 *
 * @param options What the machine shall be.
 * @param folder Where the files go.
 * @returns What QEMU's command line depends on.
 * @throws {MissingToolError} If the host lacks QEMU, mtools or the firmware.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { ports } = await prepare(
 *   { accelerator: "tcg", ports: [8080] },
 *   "/tmp/folder",
 * );
 * assert.deepEqual(ports, [{ guest: 8080, host: 0 }]);
 * ```
 */
export async function prepare(
  options: MachineOptions,
  folder: string,
): Promise<QemuOptions> {
  const qemuOptions: QemuOptions = {
    ...options,
    accelerator: await chooseAccelerator(options.accelerator),
    memory: options.memory ?? 1024,
    cpus: options.cpus ?? 2,
    qmpSocket: `${folder}/qmp`,
    disks: [...options.disks ?? []],
    ports: (options.ports ?? []).map((port) => typeof port === "number" ? { guest: port, host: 0 } : port),
  };
  if (options.efi !== undefined) {
    await writeEsp(options.efi, `${folder}/esp`);
    qemuOptions.disks?.unshift({ file: `${folder}/esp`, throwAway: true });
  }
  if (options.efi !== undefined || options.uefi) {
    const { code, variables } = findFirmware();
    await Deno.copyFile(variables, `${folder}/variables`);
    qemuOptions.firmware = { code, variables: `${folder}/variables` };
  }
  return qemuOptions;
}
