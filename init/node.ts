/**
 * The node as data: every place and every table PID 1 works from. A test
 * boots another node than this by handing over other tables.
 *
 * @module
 */

import type { Backoff } from "./services/backoff.ts";
import type { ConfigurationPlaces } from "./kubelet/configuration.ts";
import type { DataPlaces } from "./data/partition.ts";
import type { HostnamePlaces } from "./host/hostname.ts";
import { KEPT, type KeptPlaces } from "./data/kept.ts";
import { type Limit, LIMITS } from "./host/limits.ts";
import type { WatchdogPlace } from "./host/hardware_watchdog.ts";
import type { LogPlaces } from "./log.ts";
import type { LogFiles } from "./logs/logs.ts";
import type { LogindPlaces } from "./logind/facade.ts";
import { FIRST_MOUNTS, LATER_MOUNTS, type Mount } from "./host/mounts.ts";
import type { PodPlaces } from "./kubelet/pods.ts";
import type { SeedPlaces } from "./data/random_seed.ts";
import type { Registry } from "./registry.ts";
import { CONTAINERD_SETTINGS, type RuntimeSettings } from "./data/runtime_settings.ts";
import { CGROUP_ROOT, CONTAINERD, INIT_GROUP, KUBELET } from "./services/services.ts";
import { type Bone, SKELETON } from "./host/skeleton.ts";
import type { Service } from "./services/supervisor.ts";
import { SYSCTLS } from "./host/sysctls.ts";

/** What a node is made of. */
export interface Node {
  /** Where it speaks. */
  log: LogPlaces;
  /** What is mounted before the runtime starts. */
  firstMounts: readonly Mount[];
  /** Where the data partition comes from and goes to. */
  data: DataPlaces;
  /** What lies there, or in RAM. */
  kept: KeptPlaces;
  /** The runtime's settings that depend on that. */
  runtimeSettings: RuntimeSettings;
  /** The machine's identity. */
  machineId: string;
  /** The seed of the entropy pool, on the data partition. */
  seed: SeedPlaces;
  /** The file with the day before which no clock is right. */
  clockFloor: string;
  /** What is mounted while it starts. */
  laterMounts: readonly Mount[];
  /** What is put into empty places. */
  skeleton: readonly Bone[];
  /** The kernel's settings. */
  sysctls: Readonly<Record<string, string>>;
  /** What the services may use. */
  limits: readonly Limit[];
  /** The root of the control groups. */
  cgroupRoot: string;
  /** The control group of PID 1. */
  initGroup: string;
  /** Whom the kernel kills when memory is short: PID 1's own score. */
  oomScore: number;
  /** The memory kept for control groups, in bytes: memory.min. */
  reserves: Readonly<Record<string, number>>;
  /** The container runtime. */
  runtime: Service;
  /** The kubelet. */
  kubelet: Service;
  /** Where the kubelet's configuration comes from. */
  configuration: ConfigurationPlaces;
  /** How long a service that dies waits. */
  backoff: Backoff;
  /** How long the kubelet waits for the runtime to be ready, in seconds. */
  runtimeLimit: number;
  /** Where logs lie, and how large they may become. */
  logs: LogFiles;
  /** The machine's watchdogs. */
  watchdog: WatchdogPlace;
  /** The file that tells the system's version: os-release(5). */
  osRelease: string;
  /** Where pods are seen. */
  pods: PodPlaces;
  /** How often the consoles' status is looked at, and how long it waits for more to change, in milliseconds. */
  display: { interval: number; settle: number };
  /** How long a console can be read before PID 1 gives up, in seconds. */
  countdown: number;
  /** The kernel's command line. */
  commandLine: string;
  /** Where the hostname comes from. */
  hostname: HostnamePlaces;
  /** The registry. */
  registry: Registry;
  /** Where logind would be, for the kubelet. */
  logind: LogindPlaces;
  /** The control socket. */
  controlSocket: string;
  /** The directory of the input devices, and that of their files. */
  inputs: { classes: string; devices: string };
  /** The table of mounts. */
  mounts: string;
  /** Called with the name of each step and phase before it is taken; a test lets it throw. */
  beforeStep?: (name: string) => void;
}

/**
 * What the system's own programs cannot do without, beside three idle pods; measured: 33 MB of containerd and three shims
 * and 22 of kubelet cannot be read again, and as much of their files is in use all the time. The rest of the 59, 89 and 81
 * MB they take may go when memory is short: to keep all of it would leave a machine of 512 MB none for pods.
 */
const RESERVES: Readonly<Record<string, number>> = {
  [INIT_GROUP]: 48 << 20,
  [CONTAINERD.group]: 64 << 20,
  [KUBELET.group]: 56 << 20,
};

/** kiOS. */
export const KIOS: Node = {
  log: {
    uptime: "/proc/uptime",
    activeConsoles: "/sys/class/tty/console/active",
    devices: "/dev",
    kernelLog: "/dev/kmsg",
  },
  firstMounts: FIRST_MOUNTS,
  data: {
    classes: "/sys/class/block",
    devices: "/dev",
    usb: "/sys/bus/usb/devices",
    uptime: "/proc/uptime",
    target: "/var/lib/kios",
    mount: "/bin/mount",
    umount: "/bin/umount",
    output: "/run/kios/mount.log",
    reserve: { file: "meta/reserve", interval: 60, limit: 300 },
    // A journal of a gigabyte, on a disk that turns, takes some tens of seconds.
    limits: { appear: 15, read: 5, mount: 90, layout: 30 },
  },
  kept: KEPT,
  runtimeSettings: CONTAINERD_SETTINGS,
  machineId: "/etc/machine-id",
  seed: { file: "meta/random-seed", pool: "/dev/urandom" },
  clockFloor: "/usr/share/kios/clock-floor",
  laterMounts: LATER_MOUNTS,
  skeleton: SKELETON,
  sysctls: SYSCTLS,
  limits: LIMITS,
  cgroupRoot: CGROUP_ROOT,
  initGroup: INIT_GROUP,
  oomScore: -1000,
  reserves: RESERVES,
  runtime: CONTAINERD,
  kubelet: KUBELET,
  configuration: {
    directory: "/etc/kubernetes",
    defaults: "/usr/share/kios/kubelet",
    dropIns: "/run/kios/kubelet/config.d",
    providers: "/opt/credential-providers",
    ownCertificate: "/var/lib/kubelet/pki/kubelet-client-current.pem",
    hostname: "/etc/hostname",
    settled: 10,
    readLimit: 5,
    settling: { quiet: 500, longest: 5000 },
  },
  backoff: { first: 0.25, longest: 30, healthy: 20 },
  runtimeLimit: 60,
  logs: {
    init: "/var/log/kios/init.log",
    queue: 500,
    // Three logs in RAM of four files each: 24 MiB at the most, of a node that has been in trouble for days.
    limits: { size: 2 << 20, keep: 3, interval: 10, freeze: 1, copy: 5 },
  },
  // Longer than any loop that is not broken takes, on a machine that is starved of its processors too.
  watchdog: { devices: "/dev", timeout: 60, shutdown: 180 },
  osRelease: "/etc/os-release",
  pods: { cgroup: `${CGROUP_ROOT}/kubepods`, manifests: "/etc/kubernetes/manifests" },
  display: { interval: 3000, settle: 200 },
  countdown: 10,
  commandLine: "/proc/cmdline",
  hostname: {
    hostname: "/etc/hostname",
    hosts: "/etc/hosts",
    interfaces: "/sys/class/net",
  },
  registry: {
    hostname: "127.0.0.1",
    port: 3170,
    layouts: ["/usr/share/kios/images", "/var/lib/kios/images"],
  },
  logind: {
    // Where the kubelet's D-Bus client looks, by way of /var/run; and the file its package nodeshutdown/systemd writes.
    bus: "/run/dbus/system_bus_socket",
    configuration: "/etc/systemd/logind.conf.d/99-kubelet.conf",
    delay: 30,
  },
  controlSocket: "/run/kios/control.sock",
  inputs: { classes: "/sys/class/input", devices: "/dev/input" },
  mounts: "/proc/self/mounts",
};
