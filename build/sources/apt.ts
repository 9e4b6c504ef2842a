/**
 * A private apt: its own lists and cache, the host's mirror, any suite. The host's apt is not touched.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { exists } from "../store.ts";
import type { Fetcher } from "./source.ts";

/** Debian's archive keys, which every Debian has. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Suites whose lists were fetched by this process. */
const updated = new Map<string, Promise<unknown>>();

/**
 * Runs an apt command for a suite, its lists fetched first.
 *
 * @param suite The suite: bookworm, trixie
 * @param command The command, `apt-get` or `apt-cache`, and its arguments
 * @param options What fetching may use, and the folder to run in
 * @returns What it printed
 * @throws {UserError} when it fails
 *
 * @example Usage
 * ```ts ignore
 * await apt("bookworm", ["apt-get", "download", "dash"], { fetcher, cwd: "/tmp" });
 * ```
 */
export async function apt(
  suite: string,
  command: string[],
  options: { fetcher: Fetcher; cwd?: string },
): Promise<string> {
  const settings = await aptSettings(suite, options.fetcher);
  if (!updated.has(suite)) {
    updated.set(suite, options.fetcher.run(["apt-get", ...settings, "update"]));
  }
  await updated.get(suite);
  const [program, ...args] = command;
  return await options.fetcher.run([program!, ...settings, ...args], options.cwd ? { cwd: options.cwd } : {});
}

/**
 * Looks up the current version and hash of packages.
 *
 * @param suite The suite
 * @param packages The packages' names
 * @param fetcher What fetching may use
 * @returns Name, version and SHA-256 of each
 * @throws {UserError} when a package is not in the suite
 *
 * @example Usage
 * ```ts ignore
 * await aptCurrent("bookworm", ["dash"], fetcher);
 * ```
 */
export async function aptCurrent(
  suite: string,
  packages: string[],
  fetcher: Fetcher,
): Promise<{ name: string; version: string; sha256: string }[]> {
  const text = await apt(suite, ["apt-cache", "show", "--no-all-versions", ...packages], { fetcher });
  const found = new Map<string, { name: string; version: string; sha256: string }>();
  for (const stanza of text.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    const name = field("Package");
    if (name && !found.has(name)) found.set(name, { name, version: field("Version"), sha256: field("SHA256") });
  }
  return packages.map((name) => {
    const item = found.get(name);
    if (item) return item;
    throw new UserError(
      `There is no package "${name}" in Debian's ${suite}`,
      "Look for its name with: apt-cache search",
    );
  });
}

/** Makes the private root of a suite and returns the options that make apt use it. */
async function aptSettings(suite: string, fetcher: Fetcher): Promise<string[]> {
  const root = join(fetcher.cache, "apt", suite);
  const list = join(root, "debian.sources");
  for (const folder of ["lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(join(root, folder), { recursive: true });
  }
  if (!await exists(join(root, "status"))) await Deno.writeTextFile(join(root, "status"), "");
  await Deno.writeTextFile(list, sourcesFor(suite, await hostMirrors()));
  const settings = {
    "APT::Architecture": "amd64",
    "APT::Architectures::": "amd64",
    "APT::Sandbox::User": "",
    "APT::Get::List-Cleanup": "0",
    "Acquire::Languages": "none",
    "Dir::Cache": join(root, "cache"),
    "Dir::Etc::sourcelist": list,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": join(root, "lists"),
    "Dir::State::status": join(root, "status"),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Where Debian's packages come from: the archive, and its security updates. */
interface Mirrors {
  archive: string;
  security: string;
}

/** The deb822 sources of a suite, with updates and security. */
function sourcesFor(suite: string, mirrors: Mirrors): string {
  const entry = (uri: string, suites: string) =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${KEYRING}\n`;
  return `${entry(mirrors.archive, `${suite} ${suite}-updates`)}\n${entry(mirrors.security, `${suite}-security`)}`;
}

/** Reads the host's own apt sources, so that its mirror is used and no host is named here. */
async function hostMirrors(): Promise<Mirrors> {
  const text = (await readAll("/etc/apt/sources.list")) + (await readAllIn("/etc/apt/sources.list.d"));
  const uris = text.split("\n").filter((line) => !line.trimStart().startsWith("#")).join("\n")
    .match(/(?:https?|file|ftp):[^\s\]]+/g) ?? [];
  const archive = Deno.env.get("KIOS_DEBIAN_MIRROR") ?? uris.find((uri) => /\/debian\/?$/.test(uri));
  if (archive === undefined) {
    throw new UserError(
      "Cannot find a Debian mirror in /etc/apt: no source ends in /debian",
      "Set KIOS_DEBIAN_MIRROR to the address of one",
    );
  }
  const security = uris.find((uri) => /\/debian-security\/?$/.test(uri));
  return { archive, security: security ?? archive.replace(/\/debian\/?$/, "/debian-security") };
}

/** A file's text, empty where there is none. */
async function readAll(path: string): Promise<string> {
  try {
    return `${await Deno.readTextFile(path)}\n`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The text of all sources files of a folder. */
async function readAllIn(folder: string): Promise<string> {
  if (!await exists(folder)) return "";
  let text = "";
  for await (const entry of Deno.readDir(folder)) {
    if (/\.(list|sources)$/.test(entry.name)) text += await readAll(join(folder, entry.name));
  }
  return text;
}
