/**
 * What the tests of this folder share: a directory that goes away, the tools that read back what was written, random trees.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A temporary directory, removed when it is disposed of. */
export interface TemporaryDirectory extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
}

/** Makes a temporary directory. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await Deno.makeTempDir({ prefix: "kios-artefacts-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs a tool and gives what it printed; it fails with what the tool said. */
export async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { ...options, args }).output();
  if (!success) throw new TypeError(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Whether a tool is there to read back with. */
export function hasTool(command: string): boolean {
  return ["/usr/bin", "/bin"].some((directory) => exists(`${directory}/${command}`));
}

/** Whether a file is there. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The sha256 of a file. */
export async function sha256(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

/** Numbers that look random and are the same in every run: a linear congruential generator. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** Random bytes. */
export function randomBytes(random: (below: number) => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

/** A random file name: short or long, with spaces, quotes and letters beyond ASCII. */
export function randomName(random: (below: number) => number): string {
  const letters = ["a", "b", "Z", "0", "_", "-", ".x", " ", "'", "é", "日", "𝄞"];
  const length = random(10) === 0 ? 40 : 1 + random(8);
  return `n${Array.from({ length }, () => letters[random(letters.length)]).join("")}`;
}

/** What lies below a directory: type, permissions and content of each path, sorted. */
export async function describeTree(root: string, directory = ""): Promise<string[]> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir(`${root}/${directory}`)) {
    const path = directory ? `${directory}/${name}` : name;
    const info = await Deno.lstat(`${root}/${path}`);
    const mode = ((info.mode ?? 0) & 0o7777).toString(8);
    if (info.isSymlink) lines.push(`${path} -> ${await Deno.readLink(`${root}/${path}`)}`);
    else if (info.isDirectory) lines.push(`${path}/ ${mode}`, ...await describeTree(root, path));
    else lines.push(`${path} ${mode} ${info.nlink} ${await sha256(`${root}/${path}`)}`);
  }
  return lines.sort();
}
