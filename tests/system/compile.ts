import { programCommand } from "./namespace.ts";

/** The tail of denort's path in the store, where the Build Tool puts it. */
const DENORT = "kios/tools/denort-2.6.10/denort";

/** The denort to compile with: DENORT_BIN, else the store's, if either is there. */
function findDenort(): string | undefined {
  const { env } = Deno;
  const cache = env.get("XDG_CACHE_HOME") ?? `${env.get("HOME")}/.cache`;
  const store = env.get("KIOS_STORE");
  return [
    env.get("DENORT_BIN"),
    store === undefined ? `${cache}/${DENORT}` : `${store}/${DENORT.slice(5)}`,
  ].find((path) => {
    try {
      return path !== undefined && Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * Compiles a program of this folder the way init is compiled.
 *
 * @param program The program's file.
 * @returns The command that runs it; without denort, that of `deno run`.
 */
export async function compiledProgram(program: string): Promise<string[]> {
  const denort = findDenort();
  if (denort === undefined) return programCommand(program);
  const output = `${Deno.makeTempDirSync()}/${program.replace(".ts", "")}`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--allow-all",
      "--no-check",
      "--no-config",
      "--no-code-cache",
      "--unstable-net",
      "--v8-flags=--single-threaded,--max-old-space-size=64",
      `--output=${output}`,
      programCommand(program).at(-1)!,
    ],
    env: { DENORT_BIN: denort },
  }).output();
  if (!success) {
    throw new TypeError(
      `Cannot compile "${program}": ${new TextDecoder().decode(stderr)}`,
    );
  }
  return [output];
}
