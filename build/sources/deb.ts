import { join } from "node:path";
import { UserError } from "../errors.ts";
import { hashFile } from "../hash.ts";
import type { Table } from "../table.ts";
import { apt, aptCurrent } from "./apt.ts";
import { type Fetcher, GoneError, type Pin, type Source } from "./source.ts";

/** One Debian package of a pin. */
interface Package {
  name: string;
  version: string;
  sha256: string;
}

/**
 * `deb`: Debian binary packages of a suite, unpacked into one tree; apt checks the archive's signature.
 *
 * @param _name The source's name
 * @param table The source's table
 * @returns The source
 *
 * @example Usage
 * ```toml
 * [source.linux]
 * deb = ["linux-source-6.12"]
 * suite = "bookworm"
 * newer = true
 * ```
 */
export function parseDeb(_name: string, table: Table): Source {
  const packages = table.strings("deb");
  const suite = table.string("suite", "bookworm");
  const newer = table.boolean("newer", false);
  return {
    title: `${packages.join(" ")} of ${suite}`,
    request: { deb: packages, suite },
    newer,
    needs: [],
    pin: () => Promise.resolve(undefined),
    resolve: async (fetcher) => ({ packages: await aptCurrent(suite, packages, fetcher) }),
    fetch: async (pin, folder, fetcher) => {
      for (const item of packagesOf(pin)) await fetchPackage(item, suite, { folder, fetcher });
    },
  };
}

/** The packages of a pin, which build.lock may say wrongly. */
function packagesOf(pin: Pin): Package[] {
  const list = Array.isArray(pin.packages) ? pin.packages as Partial<Package>[] : [];
  for (const item of list) {
    if (typeof item.name === "string" && typeof item.version === "string" && typeof item.sha256 === "string") continue;
    throw new UserError("build.lock has a Debian package without name, version or sha256", "Run: kios lock");
  }
  return list as Package[];
}

/** Downloads one package, checks it and unpacks it. */
async function fetchPackage(
  item: Package,
  suite: string,
  { folder, fetcher }: { folder: string; fetcher: Fetcher },
): Promise<void> {
  const debs = await Deno.makeTempDir({ dir: join(fetcher.cache, "tmp") });
  try {
    await downloadPackage(item, suite, { debs, fetcher });
    const names = [...Deno.readDirSync(debs)].map((entry) => entry.name).filter((name) => name.endsWith(".deb"));
    const file = join(debs, names[0] ?? "nothing");
    const sha256 = await hashFile(file);
    if (sha256 !== item.sha256) {
      throw new UserError(
        `${item.name} ${item.version} has another hash than build.lock says: ${sha256}, not ${item.sha256}`,
        "If the change is meant, run: kios lock",
      );
    }
    await fetcher.run(["dpkg-deb", "--extract", file, folder]);
  } finally {
    await Deno.remove(debs, { recursive: true });
  }
}

/** Runs apt's download, telling a version that is gone from a network that is down. */
async function downloadPackage(
  item: Package,
  suite: string,
  { debs, fetcher }: { debs: string; fetcher: Fetcher },
): Promise<void> {
  const wanted = `${item.name}=${item.version}`;
  try {
    await apt(suite, ["apt-get", "download", wanted], { fetcher, cwd: debs });
  } catch (cause) {
    if (cause instanceof UserError && /was not found|Unable to locate|404/.test(cause.message)) {
      throw new GoneError(`${item.name} ${item.version} left the archive of ${suite}`, { cause });
    }
    throw cause;
  }
}
