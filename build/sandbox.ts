/**
 * Runs commands in a sandbox: no network, a fixed environment, the host's tools read-only.
 *
 * @module
 */
import { dirname } from "node:path";

/** The time every file of a build carries: 2026-01-01T00:00:00Z, in seconds since the epoch. */
export const SOURCE_DATE_EPOCH = 1767225600;

/** What a sandbox shows to the commands that run in it. */
export interface Sandbox {
  /** Host folders shown read-only, by the path they have inside. */
  readOnly: Record<string, string>;
  /** Host folders shown writable, by the path they have inside. */
  writable: Record<string, string>;
  /** The environment beside the fixed one. */
  env: Record<string, string>;
}

/** What the host lends to every sandbox; a symbolic link is made again, what is missing is left out. */
const HOST_PATHS = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
];

/** The environment of every command, so that neither user nor locale nor zone shows in what it makes. */
const FIXED_ENV: Record<string, string> = {
  HOME: "/build",
  LC_ALL: "C.UTF-8",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
  TZ: "UTC",
  USER: "kios",
};

/**
 * The arguments of bwrap(1) for a sandbox and a command.
 *
 * @param sandbox What the sandbox shows
 * @param command The command and its arguments
 * @param cwd The folder it starts in, as seen from inside
 * @returns The arguments after `bwrap`
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const sandbox = { readOnly: {}, writable: { "/build": "/tmp/x" }, env: { A: "1" } };
 * const line = bwrapArguments(sandbox, ["make", "-j2"], "/build").join(" ");
 * assert.match(line, /--unshare-all .*--bind \/tmp\/x \/build .*--setenv A 1 .*--chdir \/build make -j2$/);
 * ```
 */
export function bwrapArguments(sandbox: Sandbox, command: readonly string[], cwd: string): string[] {
  const args = ["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "kios"];
  args.push("--die-with-parent", "--new-session", "--clearenv");
  for (const path of HOST_PATHS) args.push(...lend(path));
  args.push("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp");
  for (const [inside, host] of Object.entries(sandbox.writable)) args.push("--bind", host, inside);
  for (const [inside, host] of Object.entries(sandbox.readOnly)) args.push("--ro-bind", host, inside);
  for (const [name, value] of Object.entries({ ...FIXED_ENV, ...sandbox.env })) args.push("--setenv", name, value);
  return [...args, "--chdir", cwd, ...command];
}

/** The arguments that show one path of the host as it is there. */
function lend(path: string): string[] {
  try {
    if (Deno.lstatSync(path).isSymlink) return ["--symlink", Deno.readLinkSync(path), path];
    return ["--ro-bind", path, path];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Runs a command in a sandbox, its output going to a log.
 *
 * @param sandbox What the sandbox shows
 * @param command The command and its arguments
 * @param options The folder it starts in, the log both outputs are added to, and what ends it early
 * @returns The exit code
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const build = await Deno.makeTempDir();
 * const sandbox = { readOnly: {}, writable: { "/build": build }, env: {} };
 * const log = `${build}/log`;
 * assert.equal(await runInSandbox(sandbox, ["sh", "-c", "echo $TZ; exit 3"], { cwd: "/build", log }), 3);
 * assert.equal(await Deno.readTextFile(log), "UTC\n");
 * ```
 */
export async function runInSandbox(
  sandbox: Sandbox,
  command: readonly string[],
  options: { cwd: string; log: string; signal?: AbortSignal },
): Promise<number> {
  await Deno.mkdir(dirname(options.log), { recursive: true });
  using log = await Deno.open(options.log, { append: true, create: true });
  return await spawnLogged(bwrapArguments(sandbox, withUmask(command), options.cwd), log, options.signal);
}

/** The command under the umask every build has. */
function withUmask(command: readonly string[]): string[] {
  return ["sh", "-c", 'umask 022; exec "$@" 2>&1', "sh", ...command];
}

/** Runs bwrap and copies what it prints to the log. */
async function spawnLogged(args: string[], log: Deno.FsFile, signal: AbortSignal | undefined): Promise<number> {
  const child = new Deno.Command("bwrap", {
    args,
    clearEnv: true,
    env: { PATH: FIXED_ENV.PATH! },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => killSandbox(child);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop(); // it was, while the log was opened
  const copy = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) await writeAll(log, chunk);
  };
  try {
    const [status] = await Promise.all([child.status, copy(child.stdout), copy(child.stderr)]);
    return status.code;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Ends a sandbox at any moment of its life. bwrap ends its inside with itself (--die-with-parent), but not while it is
 * still setting it up: then the inside would wait for ever, holding our pipes. So both are killed, the outside held
 * meanwhile, so that it starts nothing more.
 */
function killSandbox(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGSTOP");
    for (const pid of childrenOf(child.pid)) Deno.kill(pid, "SIGKILL");
    child.kill("SIGKILL");
  } catch (error) {
    // It ended by itself in between.
    if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
  }
}

/** The children of a process: proc_pid_task(5). */
function childrenOf(pid: number): number[] {
  const list = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
  return list === "" ? [] : list.split(" ").map(Number);
}

/** Writes all of the bytes. */
async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
