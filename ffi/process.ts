/**
 * Processes: posix_spawn(3), waitid(2), kill(2), prctl(2), setrlimit(2).
 *
 * There is no fork: a copy of a running JavaScript engine does not survive it.
 *
 * @module
 */

import { check, cstr, libc, syscallError } from "./libc.ts";

// <spawn.h>: the child gets default signal actions and an empty signal mask,
// and a session of its own. Deno ignores SIGPIPE, and ignoring is inherited.
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;

// Sizes of glibc's opaque types on x86_64, rounded up: 80, 336 and 128 bytes.
const FILE_ACTIONS_SIZE = 128;
const ATTRIBUTES_SIZE = 512;
const SIGSET_SIZE = 128;

// <linux/wait.h>
const P_ALL = 0;
const WNOHANG = 1;
const WEXITED = 4;

// siginfo_t on x86_64, <asm-generic/siginfo.h>
const SIGINFO_SIZE = 128;
const SI_CODE = 8;
const SI_PID = 16;
const SI_STATUS = 24;
const CLD_EXITED = 1;

/** The numbers of the signals that are sent here, as in signal(7). */
export const SIGNALS = {
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGTERM: 15,
  SIGCHLD: 17,
} as const;

/** Make this process the parent of orphans below it: prctl(2). */
export const PR_SET_CHILD_SUBREAPER = 36;

/** The greatest size of a core file: setrlimit(2). */
export const RLIMIT_CORE = 4;
/** The greatest number of processes of a user: setrlimit(2). */
export const RLIMIT_NPROC = 6;
/** One more than the greatest file descriptor: setrlimit(2). */
export const RLIMIT_NOFILE = 7;
/** No limit: setrlimit(2). */
export const RLIM_INFINITY = 0xffffffffffffffffn;

/** Something done to the child's file descriptors before its program starts, in order. */
export type FileAction =
  | { open: string; flags: number; mode?: number; fd: number }
  | { dup2: number; fd: number }
  | { close: number };

/** How a child starts. */
export interface SpawnOptions {
  /** The whole environment; nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** What becomes of the file descriptors; those not named are inherited unless close-on-exec. */
  files?: readonly FileAction[];
}

/** How a child ended. */
export interface Exit {
  /** The child. */
  pid: number;
  /** Its exit status, unless a signal killed it. */
  status?: number;
  /** The signal that killed it. */
  signal?: number;
}

/** The addresses of C strings, ended by a null pointer, and the strings they point at. */
function stringArray(
  texts: readonly string[],
): { addresses: BigUint64Array<ArrayBuffer>; strings: Uint8Array[] } {
  const strings = texts.map(cstr);
  const addresses = new BigUint64Array(strings.length + 1);
  strings.forEach((bytes, i) => {
    addresses[i] = BigInt(
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)),
    );
  });
  return { addresses, strings };
}

/** Throws when one of the functions that return their error number returned one. */
function checkNumber(errno: number, syscall: string, path?: string): void {
  if (errno !== 0) throw syscallError(errno, syscall, path);
}

/** Adds `action` to the file actions of posix_spawn. */
function addFileAction(
  actions: Uint8Array<ArrayBuffer>,
  action: FileAction,
): void {
  if ("open" in action) {
    checkNumber(
      libc.posix_spawn_file_actions_addopen(
        actions,
        action.fd,
        cstr(action.open),
        action.flags,
        action.mode ?? 0o600,
      ),
      "posix_spawn_file_actions_addopen",
      action.open,
    );
  } else if ("dup2" in action) {
    checkNumber(
      libc.posix_spawn_file_actions_adddup2(actions, action.dup2, action.fd),
      "posix_spawn_file_actions_adddup2",
    );
  } else {
    checkNumber(
      libc.posix_spawn_file_actions_addclose(actions, action.close),
      "posix_spawn_file_actions_addclose",
    );
  }
}

/**
 * Starts a program, in a session of its own, with default signal actions and
 * no signal blocked.
 *
 * @param path The program's file; PATH is not searched.
 * @param args Its arguments, the program's own name not among them.
 * @param options Its environment and files.
 * @returns Its process ID, once its program has been executed.
 * @throws {SyscallError} If it cannot be executed, or one of its files cannot be opened.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => spawn("/nowhere", []), { code: "ENOENT", path: "/nowhere" });
 * ```
 */
export function spawn(
  path: string,
  args: readonly string[],
  options: SpawnOptions = {},
): number {
  const actions = new Uint8Array(FILE_ACTIONS_SIZE);
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  // Not sigfillset, which leaves out the two signals glibc keeps for itself:
  // they would be ignored in the child.
  const everySignal = new Uint8Array(SIGSET_SIZE).fill(0xff);
  const noSignal = new Uint8Array(SIGSET_SIZE);
  const pid = new Int32Array(1);
  const argv = stringArray([path, ...args]);
  const envp = stringArray(
    Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
  );
  checkNumber(
    libc.posix_spawn_file_actions_init(actions),
    "posix_spawn_file_actions_init",
  );
  checkNumber(libc.posix_spawnattr_init(attributes), "posix_spawnattr_init");
  try {
    for (const action of options.files ?? []) addFileAction(actions, action);
    libc.posix_spawnattr_setsigdefault(attributes, everySignal);
    libc.posix_spawnattr_setsigmask(attributes, noSignal);
    libc.posix_spawnattr_setflags(
      attributes,
      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID,
    );
    const errno = libc.posix_spawn(
      pid,
      cstr(path),
      actions,
      attributes,
      argv.addresses,
      envp.addresses,
    );
    // Reading the strings here is what keeps them alive until the call is over.
    if (argv.strings.length + envp.strings.length > 0) {
      checkNumber(errno, "posix_spawn", path);
    }
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
    libc.posix_spawnattr_destroy(attributes);
  }
  return pid[0]!;
}

/**
 * Collects one child that has ended, whichever it is, without waiting.
 *
 * @returns How it ended, or `undefined` when all children still run.
 * @throws {SyscallError} `ECHILD` when there is no child at all.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => waitForAny(), { code: "ECHILD" });
 * ```
 */
export function waitForAny(): Exit | undefined {
  const info = new Uint8Array(SIGINFO_SIZE);
  check(libc.waitid(P_ALL, 0, info, WEXITED | WNOHANG), "waitid");
  const view = new DataView(info.buffer);
  const pid = view.getInt32(SI_PID, true);
  if (pid === 0) return undefined;
  const status = view.getInt32(SI_STATUS, true);
  return view.getInt32(SI_CODE, true) === CLD_EXITED ? { pid, status } : { pid, signal: status };
}

/**
 * Sends a signal.
 *
 * @param pid The process; -1 for every process but the first and the sender.
 * @param signal The signal's number, 0 to see only whether it could be sent.
 * @throws {SyscallError} `ESRCH` when there is no such process.
 *
 * @example Usage
 * ```ts
 * kill(Deno.pid, 0);
 * ```
 */
export function kill(pid: number, signal: number): void {
  check(libc.kill(pid, signal), "kill", `${pid}`);
}

/**
 * Sets an attribute of this process.
 *
 * @param op A `PR_` constant.
 * @param value Its first argument; the others are 0.
 * @returns What the operation returns.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => prctl(-1, 0), { code: "EINVAL" });
 * ```
 */
export function prctl(op: number, value: number): number {
  return check(libc.prctl(op, BigInt(value), 0n, 0n, 0n), "prctl");
}

/**
 * Limits a resource for this process and those it starts.
 *
 * @param resource An `RLIMIT_` constant.
 * @param limit The limit in force, and the one up to which a process may raise it.
 * @throws {SyscallError} If the kernel refuses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => setrlimit(-1, { soft: 1n, hard: 1n }), { code: "EINVAL" });
 * ```
 */
export function setrlimit(
  resource: number,
  limit: { soft: bigint; hard: bigint },
): void {
  const rlimit = new BigUint64Array([limit.soft, limit.hard]);
  check(libc.setrlimit(resource, rlimit), "setrlimit");
}
