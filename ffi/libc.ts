/**
 * The C library's symbols, and how a call is made and checked.
 *
 * This is the only file that opens a library. Beside each symbol stands its C
 * prototype. The calls are synchronous, so that errno is still the call's own
 * when it is read; `sync` alone is not, and says why.
 *
 * @module
 */

import { SyscallError } from "./errno.ts";

const SYMBOLS = {
  // int *__errno_location(void)
  __errno_location: { parameters: [], result: "pointer" },
  // const char *strerrorname_np(int errnum), GNU, since glibc 2.32
  strerrorname_np: { parameters: ["i32"], result: "pointer" },

  // int mount(const char *source, const char *target, const char *filesystemtype,
  //           unsigned long mountflags, const void *data)
  mount: {
    parameters: ["buffer", "buffer", "buffer", "u64", "buffer"],
    result: "i32",
  },
  // int umount2(const char *target, int flags)
  umount2: { parameters: ["buffer", "i32"], result: "i32" },

  // int posix_spawn(pid_t *pid, const char *path,
  //                 const posix_spawn_file_actions_t *file_actions,
  //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[])
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions)
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions)
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  // int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *file_actions,
  //                                      int fd, const char *path, int oflag, mode_t mode)
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *file_actions,
  //                                      int fd, int newfd)
  posix_spawn_file_actions_adddup2: {
    parameters: ["buffer", "i32", "i32"],
    result: "i32",
  },
  // int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *file_actions, int fd)
  posix_spawn_file_actions_addclose: {
    parameters: ["buffer", "i32"],
    result: "i32",
  },
  // int posix_spawnattr_init(posix_spawnattr_t *attr)
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  // int posix_spawnattr_destroy(posix_spawnattr_t *attr)
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
  // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *sigdefault)
  posix_spawnattr_setsigdefault: {
    parameters: ["buffer", "buffer"],
    result: "i32",
  },
  // int posix_spawnattr_setsigmask(posix_spawnattr_t *attr, const sigset_t *sigmask)
  posix_spawnattr_setsigmask: {
    parameters: ["buffer", "buffer"],
    result: "i32",
  },
  // int waitid(idtype_t idtype, id_t id, siginfo_t *infop, int options)
  waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
  // int kill(pid_t pid, int sig)
  kill: { parameters: ["i32", "i32"], result: "i32" },
  // int prctl(int op, unsigned long arg2, unsigned long arg3,
  //           unsigned long arg4, unsigned long arg5)
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  // int setrlimit(int resource, const struct rlimit *rlim)
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },

  // int unshare(int flags)
  unshare: { parameters: ["i32"], result: "i32" },
  // int setns(int fd, int nstype)
  setns: { parameters: ["i32", "i32"], result: "i32" },

  // int reboot(int op)
  reboot: { parameters: ["i32"], result: "i32" },
  // void sync(void). The one call that does not block: a disk that hangs would
  // hold PID 1 for ever. It has no buffer to be collected and no errno to be
  // lost while it runs on another thread.
  sync: { parameters: [], result: "void", nonblocking: true },

  // int statfs(const char *path, struct statfs *buf)
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
  // int clock_settime(clockid_t clockid, const struct timespec *tp)
  clock_settime: { parameters: ["i32", "buffer"], result: "i32" },

  // int sethostname(const char *name, size_t len)
  sethostname: { parameters: ["buffer", "usize"], result: "i32" },
  // int chroot(const char *path)
  chroot: { parameters: ["buffer"], result: "i32" },

  // int open(const char *pathname, int flags, mode_t mode)
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int mkfifo(const char *pathname, mode_t mode)
  mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
  // int close(int fd)
  close: { parameters: ["i32"], result: "i32" },

  // int pipe2(int pipefd[2], int flags)
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  // int poll(struct pollfd *fds, nfds_t nfds, int timeout)
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },

  // int socket(int domain, int type, int protocol)
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags)
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "isize" },
  // int ioctl(int fd, unsigned long op, void *arg)
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The symbols of libc.so.6, opened once for the life of the process. */
export const libc: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] = Deno.dlopen("libc.so.6", SYMBOLS).symbols;

// glibc's errno is thread-local and stays where it is: one alias, taken on the
// main thread, makes reading it a plain memory load.
const errnoCell: Int32Array = new Int32Array(
  Deno.UnsafePointerView.getArrayBuffer(libc.__errno_location()!, 4),
);

const encoder = new TextEncoder();

/**
 * Encodes `text` as a C string.
 *
 * @param text The text, without a NUL.
 * @returns Its UTF-8 bytes and the NUL that ends them.
 * @throws {TypeError} If `text` holds a NUL, where C would cut it off unseen.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...cstr("hi")], [104, 105, 0]);
 * ```
 */
export function cstr(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) {
    throw new TypeError(`Cannot pass "${text}" to C: it holds a NUL`);
  }
  return encoder.encode(`${text}\0`);
}

/**
 * Passes a result of libc on, or throws what errno says.
 *
 * Nothing may come between the call and this check, or errno is another's:
 * write `check(libc.kill(pid, signal), "kill")`.
 *
 * @param result What the call returned.
 * @param syscall The name of the call.
 * @param path The path or name the call was about, if there is one.
 * @returns `result`, when it is not -1.
 * @throws {SyscallError} If `result` is -1.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => check(libc.close(-1), "close"), { code: "EBADF" });
 * ```
 */
export function check(result: number, syscall: string, path?: string): number {
  if (result === -1) throw syscallError(errnoCell[0]!, syscall, path);
  return result;
}

/**
 * Makes the error for an error number that a call returned by itself, as
 * `posix_spawn` does.
 *
 * @param errno The error number.
 * @param syscall The name of the call.
 * @param path The path or name the call was about, if there is one.
 * @returns The error, to be thrown.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(syscallError(2, "open", "/x").message, 'Cannot open "/x": ENOENT');
 * ```
 */
export function syscallError(
  errno: number,
  syscall: string,
  path?: string,
): SyscallError {
  const name = libc.strerrorname_np(errno);
  const code = name === null ? `errno ${errno}` : Deno.UnsafePointerView.getCString(name);
  return new SyscallError(syscall, { errno, code, path });
}
