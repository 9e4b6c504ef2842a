import { sethostname } from "../../ffi/mod.ts";
import { quote } from "../quote.ts";

/** A DNS label or labels, which is what the kubelet takes for a node's name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** What a hostname must be, in words. */
const RULE = "a name has lower case letters, digits, - and ., and at most 64 of them";

/** The longest hostname Linux takes, in bytes: hostname(7). */
const LONGEST = 64;

/** The address the name gets: Debian's choice for a host that has none of its own. */
const ADDRESS = "127.0.1.1";

/** What a hostname can be made of, the stronger first. */
export interface HostnameSources {
  /** `kios.hostname=` of the command line. */
  commandLine?: string | undefined;
  /** The text of /etc/hostname. */
  file?: string | undefined;
  /** The hardware addresses of the network interfaces. */
  addresses: readonly string[];
}

/** A hostname, and what was wrong with what it could have been made of. */
export interface ChosenHostname {
  /** The name. */
  name: string;
  /** What is wrong, for the log. */
  complaints: string[];
}

/**
 * Chooses the hostname: the command line's, else that of /etc/hostname, else
 * one made from the first network card, so that two nodes never share one.
 *
 * @param sources What it can be made of.
 * @returns The first that is a name, and complaints about those before it that are none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(chooseHostname({ file: "node-7\n", addresses: [] }).name, "node-7");
 * assert.equal(chooseHostname({ addresses: ["52:54:00:12:34:56"] }).name, "kios-123456");
 * ```
 */
export function chooseHostname(sources: HostnameSources): ChosenHostname {
  const complaints: string[] = [];
  const given = Object.entries({ "kios.hostname": sources.commandLine, "/etc/hostname": sources.file });
  for (const [source, text] of given) {
    if (text === undefined) continue;
    const name = text.trim().toLowerCase();
    if (NAME.test(name) && name.length <= LONGEST) return { name, complaints };
    complaints.push(`The hostname ${quote(name)} of ${source} is left out: ${RULE}`);
  }
  const card = sources.addresses.map((text) => text.trim().replaceAll(":", ""))
    .find((digits) => /^[0-9a-f]{12}$/.test(digits) && !/^0+$/.test(digits));
  return { name: card === undefined ? "kios" : `kios-${card.slice(-6)}`, complaints };
}

/** The greatest size of a file that is read here, in bytes: none of them has reason to come near. */
const LARGEST = 64 * 1024;

/** The beginning of a file that need not be there; nothing, for what is no file and might never end. */
function readOptional(path: string): string | undefined {
  try {
    if (!Deno.statSync(path).isFile) return "";
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(LARGEST);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch {
    return undefined;
  }
}

/** Whether there is something at `path`. */
function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The hardware addresses of the network cards, in the order of their names.
 * Interfaces without a device are the kernel's inventions, and so are their
 * addresses: another at each start.
 */
function hardwareAddresses(interfaces: string): string[] {
  try {
    return [...Deno.readDirSync(interfaces)].map(({ name }) => name).sort()
      .filter((name) => exists(`${interfaces}/${name}/device`))
      .map((name) => readOptional(`${interfaces}/${name}/address`))
      .filter((text) => text !== undefined);
  } catch {
    return [];
  }
}

/** Where the hostname is read from and written to. */
export interface HostnamePlaces {
  /** The file with the name. */
  hostname: string;
  /** The file with the addresses of names: hosts(5). */
  hosts: string;
  /** The directory of the network interfaces. */
  interfaces: string;
}

/** The line with the name's address, in place of the one that an earlier start may have left. */
function writeHosts(path: string, name: string): void {
  const text = Deno.readTextFileSync(path);
  const others = text.split("\n").filter((line) => line !== "" && !line.startsWith(`${ADDRESS} `));
  const wanted = [...others, `${ADDRESS} ${name}`, ""].join("\n");
  if (wanted !== text) Deno.writeTextFileSync(path, wanted, { create: false });
}

/**
 * Names the host, and makes the name resolve: the kubelet looks it up at each
 * turn, and waits for a name server that may not be there.
 *
 * @param places Where the name is read from and written to.
 * @param options `kios.hostname=` of the command line, who hears what is wrong, and who tells the kernel.
 * @returns The name.
 * @throws {SyscallError} If the kernel refuses it.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const hosts = Deno.makeTempFileSync();
 * const places = { hostname: "/nowhere", hosts, interfaces: "/nowhere" };
 * nameHost(places, { commandLine: "node-7", set: () => {} });
 * assert.equal(Deno.readTextFileSync(hosts), "127.0.1.1 node-7\n");
 * Deno.removeSync(hosts);
 * ```
 */
export function nameHost(
  places: HostnamePlaces,
  options: { commandLine?: string | undefined; complain?: (what: string) => void; set?: typeof sethostname } = {},
): string {
  const { commandLine, complain = () => {}, set = sethostname } = options;
  const { name, complaints } = chooseHostname({
    commandLine,
    file: readOptional(places.hostname),
    addresses: hardwareAddresses(places.interfaces),
  });
  complaints.forEach(complain);
  set(name);
  try {
    writeHosts(places.hosts, name);
  } catch (cause) {
    // A disk that is full or read-only: the name is slower to look up, and no more.
    complain(`Cannot make the name "${name}" resolve: ${(cause as Error).message}`);
  }
  return name;
}
