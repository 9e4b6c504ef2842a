/**
 * The node as data: every place and every table PID 1 works from. A test
 * boots another node than this by handing over other tables.
 *
 * @module
 */

import type { Backoff } from "./backoff.ts";
import type { HostnamePlaces } from "./hostname.ts";
import { type Limit, LIMITS } from "./limits.ts";
import type { LogPlaces } from "./log.ts";
import { FIRST_MOUNTS, LATER_MOUNTS, type Mount } from "./mounts.ts";
import type { Registry } from "./registry.ts";
import { CGROUP_ROOT, CONTAINERD, INIT_GROUP, KUBELET } from "./services.ts";
import { type Bone, SKELETON } from "./skeleton.ts";
import type { Service } from "./supervisor.ts";
import { SYSCTLS } from "./sysctls.ts";

/** What a node is made of. */
export interface Node {
  /** Where it speaks. */
  log: LogPlaces;
  /** What is mounted before the runtime starts. */
  firstMounts: readonly Mount[];
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
  /** The container runtime. */
  runtime: Service;
  /** The kubelet. */
  kubelet: Service;
  /** How long a service that dies waits. */
  backoff: Backoff;
  /** How long the kubelet waits for the runtime to be ready, in seconds. */
  runtimeLimit: number;
  /** The greatest size of a service's log, in bytes. */
  logLimit: number;
  /** How long a console can be read before PID 1 gives up, in seconds. */
  countdown: number;
  /** The kernel's command line. */
  commandLine: string;
  /** Where the hostname comes from. */
  hostname: HostnamePlaces;
  /** The registry. */
  registry: Registry;
  /** The control socket. */
  controlSocket: string;
  /** The directory of the input devices, and that of their files. */
  inputs: { classes: string; devices: string };
  /** The table of mounts. */
  mounts: string;
  /** The program that unmounts. */
  umount: string;
  /** Called with the name of each step and phase before it is taken; a test lets it throw. */
  beforeStep?: (name: string) => void;
}

/** kiOS. */
export const KIOS: Node = {
  log: {
    uptime: "/proc/uptime",
    activeConsoles: "/sys/class/tty/console/active",
    devices: "/dev",
    kernelLog: "/dev/kmsg",
  },
  firstMounts: FIRST_MOUNTS,
  laterMounts: LATER_MOUNTS,
  skeleton: SKELETON,
  sysctls: SYSCTLS,
  limits: LIMITS,
  cgroupRoot: CGROUP_ROOT,
  initGroup: INIT_GROUP,
  runtime: CONTAINERD,
  kubelet: KUBELET,
  backoff: { first: 0.25, longest: 30, healthy: 60 },
  runtimeLimit: 60,
  logLimit: 4 * 1024 * 1024,
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
    layouts: ["/usr/share/kios/images"],
  },
  controlSocket: "/run/kios/control.sock",
  inputs: { classes: "/sys/class/input", devices: "/dev/input" },
  mounts: "/proc/self/mounts",
  umount: "/bin/umount",
};
