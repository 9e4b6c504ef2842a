import { programCommand } from "./namespace.ts";

/** What `deno task test` makes for the tests, where DENORT_BIN names no other. */
const DENORT = new URL("../../out/test/denort", import.meta.url).pathname;

/**
 * Compiles a program of this folder the way init is compiled.
 *
 * @param program The program's file.
 * @returns The command that runs it.
 * @throws {TypeError} If it cannot be compiled.
 */
export async function compiledProgram(program: string): Promise<string[]> {
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
      "--v8-flags=--single-threaded,--max-old-space-size=64,--max-semi-space-size=1",
      `--output=${output}`,
      programCommand(program).at(-1)!,
    ],
    env: { DENORT_BIN: Deno.env.get("DENORT_BIN") ?? DENORT },
  }).output();
  if (!success) {
    throw new TypeError(
      `Cannot compile "${program}", is out/test/denort there (deno task image test)?\n${
        new TextDecoder().decode(stderr)
      }`,
    );
  }
  return [output];
}
