/**
 * QEMU's command line, as a function of what the machine shall be.
 *
 * @module
 */
import { type Accelerator, cpuModel } from "./accel.ts";
import type { Firmware } from "./firmware.ts";

/** How a disk is attached. */
export type Bus = "virtio" | "nvme" | "ahci" | "scsi" | "usb";

/** A disk of the machine. */
export interface Disk {
  /** The image file. */
  file: string;
  /** Default: `raw`. */
  format?: "raw" | "qcow2";
  /** Default: `virtio`. */
  bus?: Bus;
  /** The guest cannot write to it. Default: false. */
  readOnly?: boolean;
  /** Writes are thrown away when the machine ends. Default: false. */
  throwAway?: boolean;
}

/** A TCP port of the host, on 127.0.0.1, that leads to one of the guest. */
export interface PortForward {
  /** The guest's port. */
  guest: number;
  /** The host's port; 0 takes any that is free. */
  host: number;
}

/** Everything that QEMU's command line depends on. */
export interface QemuOptions {
  /** What executes the guest. */
  accelerator: Accelerator;
  /** MiB. */
  memory: number;
  /** Number of processors. */
  cpus: number;
  /** The Unix socket on which QMP is awaited. */
  qmpSocket: string;
  /** UEFI, its variables already a copy; without it QEMU's own BIOS. */
  firmware?: Firmware;
  /** A kernel that QEMU loads itself. */
  kernel?: string;
  /** Its initrd. */
  initrd?: string;
  /** Its command line. */
  commandLine?: string;
  /** Disks in boot order. */
  disks?: Disk[];
  /** The network card's QEMU device; `none` for no network. Default: `virtio-net-pci`. */
  nic?: string;
  /** Ports that lead into the guest. */
  ports?: PortForward[];
  /** A graphics card, for screenshots. Default: false. */
  screen?: boolean;
  /** End QEMU where the guest would start again. Default: false. */
  endOnReboot?: boolean;
  /** More words for QEMU. */
  extra?: string[];
}

/**
 * The words to start QEMU with.
 *
 * The serial port is on stdin and stdout.
 *
 * @param options What the machine shall be.
 * @returns The arguments, without the program.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const words = qemuArguments({
 *   accelerator: "tcg",
 *   memory: 512,
 *   cpus: 2,
 *   qmpSocket: "/tmp/qmp",
 *   ports: [{ guest: 8080, host: 0 }],
 * });
 * assert(words.includes("user,id=net0,hostfwd=tcp:127.0.0.1:0-:8080"));
 * ```
 */
export function qemuArguments(options: QemuOptions): string[] {
  const { accelerator } = options;
  return [
    ...["-nodefaults", "-no-user-config", "-machine", "q35"],
    ...["-accel", accelerator === "tcg" ? "tcg,thread=multi" : accelerator],
    ...["-cpu", cpuModel(accelerator)],
    ...["-smp", `${options.cpus}`, "-m", `${options.memory}M`],
    // signal=off: Ctrl-C is a character for the guest.
    ...["-chardev", "stdio,id=console,signal=off"],
    ...["-serial", "chardev:console"],
    // QEMU calls us, so nobody has to poll for its socket.
    ...["-chardev", `socket,id=qmp,path=${comma(options.qmpSocket)}`],
    ...["-mon", "chardev=qmp,mode=control"],
    ...["-display", "none", "-vga", options.screen ? "std" : "none"],
    ...["-device", "virtio-rng-pci"],
    ...bootArguments(options),
    ...(options.disks ?? []).flatMap((disk, index) =>
      // A kernel that QEMU loads is itself the first thing to boot.
      diskArguments(disk, { index, bootable: options.kernel === undefined })
    ),
    ...networkArguments(options),
    ...(options.endOnReboot ? ["-no-reboot"] : []),
    ...(options.extra ?? []),
  ];
}

/** Firmware, or a kernel that QEMU loads itself. */
function bootArguments(options: QemuOptions): string[] {
  const { firmware, kernel, initrd, commandLine } = options;
  const flash = "if=pflash,format=raw,unit";
  return [
    ...(firmware
      ? [
        ...["-drive", `${flash}=0,readonly=on,file=${comma(firmware.code)}`],
        ...["-drive", `${flash}=1,file=${comma(firmware.variables)}`],
      ]
      : []),
    ...(kernel ? ["-kernel", kernel] : []),
    ...(initrd ? ["-initrd", initrd] : []),
    ...(commandLine ? ["-append", commandLine] : []),
  ];
}

/** One disk: what it holds and how it is attached. */
function diskArguments(disk: Disk, options: { index: number; bootable: boolean }): string[] {
  const { index } = options;
  const id = `disk${index}`;
  const drive = [
    "if=none",
    `id=${id}`,
    `format=${disk.format ?? "raw"}`,
    `file=${comma(disk.file)}`,
    ...(disk.readOnly ? ["readonly=on"] : []),
    // What is thrown away need not be flushed to the host's disk either.
    ...(disk.throwAway ? ["snapshot=on", "cache=unsafe"] : []),
  ].join(",");
  const boot = options.bootable ? `,bootindex=${index}` : "";
  const devices: Record<Bus, string[]> = {
    virtio: [`virtio-blk-pci,drive=${id}${boot}`],
    nvme: [`nvme,drive=${id},serial=${id}${boot}`],
    // q35 has the controller, with one disk on each of its ports.
    ahci: [`ide-hd,drive=${id},bus=ide.${index}${boot}`],
    scsi: [
      `virtio-scsi-pci,id=scsi${index}`,
      `scsi-hd,drive=${id},bus=scsi${index}.0${boot}`,
    ],
    usb: [
      `qemu-xhci,id=xhci${index}`,
      `usb-storage,drive=${id},bus=xhci${index}.0${boot}`,
    ],
  };
  return [
    ...["-drive", drive],
    ...devices[disk.bus ?? "virtio"].flatMap((device) => ["-device", device]),
  ];
}

/** QEMU's own network: the guest is 10.0.2.15 and may call out; calls in are forwarded ports. */
function networkArguments(options: QemuOptions): string[] {
  const nic = options.nic ?? "virtio-net-pci";
  if (nic === "none") return ["-nic", "none"];
  const forwards = (options.ports ?? []).map(({ guest, host }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`);
  return [
    ...["-netdev", `user,id=net0${forwards.join("")}`],
    // No boot ROM: firmware would try the network before it gives up on a disk.
    ...["-device", `${nic},netdev=net0,romfile=`],
  ];
}

/** A comma in a value of QEMU's is written twice. */
function comma(value: string): string {
  return value.replaceAll(",", ",,");
}

/**
 * Reads which host port QEMU took for each forward.
 *
 * @param table What the monitor's `info usernet` prints.
 * @returns The forwards, as they are.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const table = `Hub -1 (net0):
 *   Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
 *   TCP[HOST_FORWARD]  13       127.0.0.1 43210       10.0.2.15  8080     0     0`;
 * assert.deepEqual(parseForwards(table), [{ guest: 8080, host: 43210 }]);
 * ```
 */
export function parseForwards(table: string): PortForward[] {
  const row = /^\s*TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)\s/gm;
  return [...table.matchAll(row)].map(([, host, guest]) => ({
    guest: Number(guest),
    host: Number(host),
  }));
}
