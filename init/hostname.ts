import { sethostname } from "../ffi/mod.ts";

/** A DNS label or labels, which is what the kubelet takes for a node's name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** The longest hostname Linux takes, in bytes: hostname(7). */
const LONGEST = 64;

/** What a hostname can be made of, the stronger first. */
export interface HostnameSources {
  /** `kios.hostname=` of the command line. */
  commandLine?: string | undefined;
  /** The text of /etc/hostname. */
  file?: string | undefined;
  /** The hardware addresses of the network interfaces. */
  addresses: readonly string[];
}

/**
 * Chooses the hostname: the command line's, else that of /etc/hostname, else
 * one made from the first network card, so that two nodes never share one.
 *
 * @param sources What it can be made of.
 * @returns The first that is a name.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(chooseHostname({ file: "node-7\n", addresses: [] }), "node-7");
 * assert.equal(chooseHostname({ addresses: ["52:54:00:12:34:56"] }), "kios-123456");
 * ```
 */
export function chooseHostname(sources: HostnameSources): string {
  const given = [sources.commandLine, sources.file]
    .map((text) => (text ?? "").trim().toLowerCase())
    .find((text) => NAME.test(text) && text.length <= LONGEST);
  if (given !== undefined) return given;
  const card = sources.addresses.map((text) => text.trim().replaceAll(":", ""))
    .find((digits) => /^[0-9a-f]{12}$/.test(digits) && !/^0+$/.test(digits));
  return card === undefined ? "kios" : `kios-${card.slice(-6)}`;
}

/** The text of a file that need not be there. */
function readOptional(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
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

/**
 * Names the host, and makes the name resolve: the kubelet looks it up at each
 * turn, and waits for a name server that may not be there.
 *
 * @param places Where the name is read from and written to.
 * @param options `kios.hostname=` of the command line, and who tells the kernel.
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
  options: { commandLine?: string | undefined; set?: typeof sethostname } = {},
): string {
  const { commandLine, set = sethostname } = options;
  const name = chooseHostname({
    commandLine,
    file: readOptional(places.hostname),
    addresses: hardwareAddresses(places.interfaces),
  });
  set(name);
  Deno.writeTextFileSync(places.hosts, `127.0.1.1 ${name}\n`, { append: true, create: false });
  return name;
}
