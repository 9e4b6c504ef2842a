/**
 * What the kernel's command line says to kiOS: the words `kios.*` and `datapart=`.
 *
 * @module
 */

/** What the kernel's command line says to kiOS. */
export interface CommandLine {
  /** The node's name: `kios.hostname=`. */
  hostname?: string;
  /** The services whose logs the console shows too: `kios.log=`. */
  log: readonly string[];
  /** What the console shows, a status block or lines only: `kios.console=`. */
  console: "status" | "plain";
  /** The node's addresses, in the place of /etc/kubernetes/node-ip: `kios.node-ip=`. */
  nodeIp?: string;
  /** Labels of the node, before those of /etc/kubernetes/node-labels: `kios.node-labels=`. */
  nodeLabels?: string;
  /** The data partition, `none` for none: `datapart=`. */
  datapart?: string;
  /** What is wrong with it, for the log. */
  complaints: string[];
}

/** A word that is known. */
interface Word {
  /** The values it takes, for whoever gave another. */
  takes: string;
  /** Which values those are. */
  pattern: RegExp;
  /** Notes the value. */
  note(line: CommandLine, value: string): void;
}

/** Names for all services' logs, and for none. */
const LOGS: Readonly<Record<string, readonly string[]>> = { file: [], console: ["containerd", "kubelet"] };

/** All words, by name. A value that needs more than a pattern is looked at where it is used. */
const WORDS: Readonly<Record<string, Word>> = {
  "datapart": {
    takes: "none, /dev/NAME, UUID=... or PARTUUID=...",
    pattern: /^(?:none|\/dev\/.+|(?:PART)?UUID=[0-9A-Fa-f-]+)$/,
    note: (line, value) => line.datapart = value,
  },
  "kios.console": {
    takes: "status or plain",
    pattern: /^(?:status|plain)$/,
    note: (line, value) => line.console = value as CommandLine["console"],
  },
  "kios.hostname": {
    takes: "a name",
    pattern: /./,
    note: (line, value) => line.hostname = value,
  },
  "kios.log": {
    takes: "file, console, or a list of containerd and kubelet",
    pattern: /^(?:file|console|(?:containerd|kubelet)(?:,(?:containerd|kubelet))*)$/,
    note: (line, value) => line.log = LOGS[value] ?? value.split(","),
  },
  "kios.node-ip": {
    takes: "one address, or two with a comma between",
    pattern: /./,
    note: (line, value) => line.nodeIp = value,
  },
  "kios.node-labels": {
    takes: "KEY=VALUE, and more with commas between",
    pattern: /./,
    note: (line, value) => line.nodeLabels = value,
  },
};

/**
 * Splits a command line into words as the kernel does: a blank between double quotes divides nothing, and quotes around a
 * word or a value are no part of it. lib/cmdline.c, next_arg().
 */
function split(text: string): string[] {
  return (text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [])
    .map((word) => word.replace(/^"([^"]*)"?$/s, "$1").replace(/^([^="]+=)"([^"]*)"?$/s, "$1$2"));
}

/** What is wrong with a word that is meant for kiOS, or nothing; a right one is noted. */
function read(line: CommandLine, text: string): string | undefined {
  const [given = "", value = ""] = text.split(/=(.*)/s, 2);
  const name = given.replaceAll("_", "-"); // the kernel, too, takes one for the other
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word === undefined) {
    if (!name.startsWith("kios.")) return undefined;
    return `"${text}" on the command line is not known; known are ${Object.keys(WORDS).join(", ")}`;
  }
  if (!word.pattern.test(value)) return `"${text}" on the command line is left out: ${name} takes ${word.takes}`;
  word.note(line, value);
}

/**
 * Reads the words of the kernel's command line that are meant for kiOS; the last of two counts.
 *
 * @param text The text of /proc/cmdline.
 * @returns What they say; words that say nothing are complained about.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = parseCommandLine("quiet kios.hostname=node-7 kios.log=red\n");
 * assert.equal(line.hostname, "node-7");
 * assert.deepEqual(line.complaints, [
 *   '"kios.log=red" on the command line is left out: kios.log takes file, console, or a list of containerd and kubelet',
 * ]);
 * ```
 */
export function parseCommandLine(text: string): CommandLine {
  const line: CommandLine = { log: [], console: "status", complaints: [] };
  line.complaints = split(text).map((word) => read(line, word)).filter((complaint) => complaint !== undefined);
  return line;
}
