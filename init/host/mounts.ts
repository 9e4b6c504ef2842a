/**
 * What is mounted where.
 *
 * Every mount is nosuid; nodev, but for /dev and /dev/pts; and noexec, but for
 * the read-only root and the three places where workloads bring programs.
 *
 * @module
 */

import {
  mount,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
} from "../../ffi/mod.ts";

/** A mount; without a `type` and a `source`, a change of the mount that is there. */
export interface Mount {
  /** Where. */
  target: string;
  /** With `MS_BIND`: the directory that is shown there. */
  source?: string;
  /** The file system's type, which is also its name in /proc/mounts. */
  type?: string;
  /** `MS_` flags, joined with `|`. */
  flags: number;
  /** Options of the file system itself. */
  data?: string;
  /** Directories made before, besides the target. */
  directories?: readonly string[];
  /** Whether the node runs without it; then a failure is told and no more. */
  optional?: true;
}

const NOTHING_SPECIAL = MS_NOSUID | MS_NODEV | MS_NOEXEC;
const PROGRAMS = MS_NOSUID | MS_NODEV;

/** What the runtime needs; mounted before it starts. */
export const FIRST_MOUNTS: readonly Mount[] = [
  // Stage 0 mounts the root; its flags are made sure of here.
  {
    target: "/",
    flags: MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
  },
  { target: "/proc", type: "proc", flags: NOTHING_SPECIAL },
  { target: "/sys", type: "sysfs", flags: NOTHING_SPECIAL },
  {
    target: "/dev",
    type: "devtmpfs",
    flags: MS_NOSUID | MS_NOEXEC,
    data: "mode=0755",
  },
  // nsdelegate lets containers with a cgroup namespace manage their own part;
  // memory_recursiveprot hands memory.min down; favordynmods makes moving a
  // process cheap, which is what starting a container does.
  {
    target: "/sys/fs/cgroup",
    type: "cgroup2",
    flags: NOTHING_SPECIAL,
    data: "nsdelegate,memory_recursiveprot,favordynmods",
  },
  {
    target: "/run",
    type: "tmpfs",
    flags: NOTHING_SPECIAL,
    data: "mode=0755",
  },
  {
    target: "/tmp",
    type: "tmpfs",
    flags: NOTHING_SPECIAL,
    data: "mode=1777,size=64m",
  },
  {
    target: "/var",
    type: "tmpfs",
    flags: NOTHING_SPECIAL,
    data: "mode=0755",
  },
  // CNI plugins are put into /opt/cni/bin by the pod that brings the network.
  { target: "/opt", type: "tmpfs", flags: PROGRAMS, data: "mode=0755" },
];

/** What comes after the kept places: all of it is seen by the pods that mount volumes for others. */
export const SHARED_MOUNTS: readonly Mount[] = [
  { target: "/", flags: MS_REC | MS_SHARED },
];

/** What may come while the runtime starts. */
export const LATER_MOUNTS: readonly Mount[] = [
  {
    target: "/dev/pts",
    type: "devpts",
    flags: MS_NOSUID | MS_NOEXEC,
    // The host's terminals are opened by /dev/ptmx; containers have a devpts of their own.
    data: "gid=5,mode=620,ptmxmode=000",
  },
  {
    target: "/dev/shm",
    type: "tmpfs",
    flags: NOTHING_SPECIAL,
    data: "mode=1777",
  },
  { target: "/dev/mqueue", type: "mqueue", flags: NOTHING_SPECIAL },
  {
    target: "/sys/fs/bpf",
    type: "bpf",
    flags: NOTHING_SPECIAL,
    data: "mode=0700",
    optional: true,
  },
  {
    target: "/sys/kernel/security",
    type: "securityfs",
    flags: NOTHING_SPECIAL,
    optional: true,
  },
];

/**
 * Mounts a table, in order, and makes the directories it needs.
 *
 * @param mounts The table.
 * @param mountOne Mounts one, as {@linkcode mount} does.
 * @returns What could not be mounted although the node runs without, for the log.
 * @throws {SyscallError} If a mount fails that the node needs.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(mountAll([]), []);
 * ```
 */
export function mountAll(
  mounts: readonly Mount[],
  mountOne: typeof mount = mount,
): string[] {
  const complaints: string[] = [];
  for (const { target, source, type, flags, data, directories, optional } of mounts) {
    try {
      for (const directory of [...directories ?? [], target]) {
        Deno.mkdirSync(directory, { recursive: true });
      }
      if (source === undefined) {
        mountOne(target, {
          flags,
          ...type === undefined ? {} : { type, source: type },
          ...data === undefined ? {} : { data },
        });
      } else {
        // mount(2): a bind mount takes its own flags only when it is mounted again.
        mountOne(target, { source, flags: MS_BIND });
        mountOne(target, { flags: flags | MS_BIND | MS_REMOUNT });
      }
    } catch (cause) {
      if (!optional) throw cause;
      complaints.push((cause as Error).message);
    }
  }
  return complaints;
}
