/**
 * The files of /etc/kubernetes that a start of the kubelet depends on.
 *
 * @module
 */

/** The files, in the order in which they are suspected when the kubelet does not start and does not say why. */
export const SETTINGS = [
  "config.yaml",
  "credential-providers.yaml",
  "node-labels",
  "node-ip",
  "pki/ca.crt",
  "bootstrap-kubelet.conf",
  "kubelet.conf",
] as const;

/** One of the files. */
export type Setting = typeof SETTINGS[number];

/** What is in the place of a file: its text, or what is wrong with it. */
export type Found = { text: string } | { wrong: string };

/** What is there; a file that is not has no entry. */
export type Settings = Readonly<Partial<Record<Setting, Found>>>;

/** The greatest size of a file, in bytes: the largest kubeconfigs people have are a tenth of that. */
const LARGEST = 1024 * 1024;

/** The names in a directory; none, where there is no such directory. */
async function namesIn(directory: string): Promise<Set<string>> {
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(directory)) names.add(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory)) throw cause;
  }
  return names;
}

/** What is at `path`. Only of a file is the content read: a FIFO might never end. */
async function find(path: string): Promise<Found | undefined> {
  try {
    const { isFile, isDirectory, size } = await Deno.stat(path);
    if (!isFile) return { wrong: isDirectory ? "it is a directory" : "it is no file" };
    if (size > LARGEST) return { wrong: `it has ${size} bytes, more than ${LARGEST}` };
    const text = new TextDecoder().decode(await Deno.readFile(path));
    return { text };
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    return { wrong: (cause as Error).message };
  }
}

/**
 * Reads the files that are there.
 *
 * @param directory The directory they lie in.
 * @returns What was found.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const directory = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${directory}/node-ip`, "10.0.0.7\n");
 * Deno.mkdirSync(`${directory}/config.yaml`);
 * assert.deepEqual(await readSettings(directory), {
 *   "config.yaml": { wrong: "it is a directory" },
 *   "node-ip": { text: "10.0.0.7\n" },
 * });
 * Deno.removeSync(directory, { recursive: true });
 * ```
 */
export async function readSettings(directory: string): Promise<Settings> {
  // One look tells a node without any of them, the usual one at its first start, that there is nothing to read.
  const names = await namesIn(directory);
  const wanted = SETTINGS.filter((setting) => names.has(setting.split("/", 1)[0]!));
  const found = await Promise.all(
    wanted.map(async (setting) => [setting, await find(`${directory}/${setting}`)] as const),
  );
  return Object.fromEntries(found.filter(([, what]) => what !== undefined));
}
