/**
 * Runs programs as PID 1 of namespaces of their own, where they may mount,
 * kill and reboot without harm.
 *
 * @module
 */

/** How a program ended, and what it printed. */
export interface Outcome {
  /** Its exit status; 128 and the signal's number when one killed it. */
  code: number;
  /** Its standard output. */
  stdout: string;
  /** Its standard error. */
  stderr: string;
}

/** What of the machine the program has to itself. */
const UNSHARE = [
  "--fork",
  "--pid",
  "--mount",
  "--mount-proc",
  "--uts",
  "--net",
  "--kill-child",
  // Without root, be root in a user namespace.
  ...Deno.uid() === 0 ? [] : ["--user", "--map-root-user"],
];

/** The command line that runs a program of this folder. */
export function programCommand(program: string): string[] {
  const url = new URL(`./programs/${program}`, import.meta.url);
  return [Deno.execPath(), "run", "-A", "--unstable-net", url.pathname];
}

/**
 * Starts a command as PID 1.
 *
 * @param command The command and its arguments.
 * @returns The running process.
 */
export function startAsInit(command: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("unshare", {
    args: [...UNSHARE, ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Runs a command as PID 1 to its end.
 *
 * @param command The command and its arguments.
 * @returns How it ended.
 */
export async function runAsInit(command: readonly string[]): Promise<Outcome> {
  const child = startAsInit(command);
  const output = await child.output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}
