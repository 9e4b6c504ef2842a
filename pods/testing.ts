/**
 * Builds the pods' own C programs for their tests, the way their image.toml does.
 *
 * @module
 */

/**
 * Compiles a C program of this folder, static.
 *
 * @param source The C file, as a path from this folder
 * @returns The program's path until the tests end, or undefined where there is no musl-gcc
 * @throws {SyntaxError} If the program does not compile
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const pause = await compile("pause/pause.c");
 * assert.ok(pause === undefined || (await Deno.stat(pause)).isFile);
 * ```
 */
export async function compile(source: string): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "kios-pod-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const program = `${folder}/program`;
  const path = new URL(source, import.meta.url).pathname;
  const args = ["-static", "-Os", "-Wall", "-Wextra", "-Werror", "-o", program, path];
  try {
    const { success, stderr } = await new Deno.Command("musl-gcc", { args }).output();
    if (!success) throw new SyntaxError(`Cannot compile "${source}": ${new TextDecoder().decode(stderr)}`);
    return program;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}
