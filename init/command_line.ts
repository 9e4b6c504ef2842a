/** Where a service's output goes: a file of /var/log, or the console. */
export type ServiceOutput = "file" | "console";

/** What the kernel's command line says to kiOS. */
export interface CommandLine {
  /** The node's name: `kios.hostname=`. */
  hostname?: string;
  /** Where the services' output goes: `kios.log=`. */
  log: ServiceOutput;
  /** What is wrong with it, for the log. */
  complaints: string[];
}

/**
 * Reads the `kios.` words of the kernel's command line.
 *
 * @param text The text of /proc/cmdline.
 * @returns What they say; words that say nothing are complained about.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = parseCommandLine("quiet kios.hostname=node-7 kios.colour=red\n");
 * assert.equal(line.hostname, "node-7");
 * assert.deepEqual(line.complaints, ['"kios.colour=red" on the command line is not known']);
 * ```
 */
export function parseCommandLine(text: string): CommandLine {
  const line: CommandLine = { log: "file", complaints: [] };
  for (const word of text.trim().split(/\s+/)) {
    if (!word.startsWith("kios.")) continue;
    const [name, value = ""] = word.split(/=(.*)/s, 2);
    if (name === "kios.hostname" && value !== "") {
      line.hostname = value;
    } else if (name === "kios.log" && (value === "file" || value === "console")) {
      line.log = value;
    } else {
      line.complaints.push(`"${word}" on the command line is not known`);
    }
  }
  return line;
}
