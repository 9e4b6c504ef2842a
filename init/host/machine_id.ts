import { syncPath } from "../data/layout.ts";
import { within } from "../within.ts";

/** machine-id(5): 32 hexadecimal digits in lower case, not all of them 0. */
const MACHINE_ID = /^(?!0{32})[0-9a-f]{32}\n$/;

/** How long the disk may take, in seconds. */
const LIMIT = 10;

/**
 * Writes a file so that it is there whole, or not at all, whenever the power goes.
 *
 * @param path The file.
 * @param content What it shall hold.
 * @param mode Its permissions.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const directory = await Deno.makeTempDir();
 * await writeWhole(`${directory}/id`, new Uint8Array([65]), 0o600);
 * assert.equal(await Deno.readTextFile(`${directory}/id`), "A");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeWhole(path: string, content: Uint8Array, mode: number): Promise<void> {
  const [directory, fresh] = [path.slice(0, path.lastIndexOf("/")), `${path}.new`];
  await Deno.writeFile(fresh, content, { mode });
  await syncPath(fresh);
  await Deno.rename(fresh, path);
  await syncPath(directory);
}

/**
 * Gives the machine an identity that it keeps as long as the file is kept: machine-id(5).
 *
 * @param path The file.
 * @param complain Told when the file held something else.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/machine-id`;
 * await keepMachineId(path);
 * const id = await Deno.readTextFile(path);
 * await keepMachineId(path);
 * assert.equal(await Deno.readTextFile(path), id);
 * ```
 */
export async function keepMachineId(path: string, complain: (text: string) => void = () => {}): Promise<void> {
  let known: string | undefined;
  try {
    known = await within(Deno.readTextFile(path), LIMIT);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  if (known !== undefined && MACHINE_ID.test(known)) return;
  const fresh = crypto.randomUUID().replaceAll("-", "");
  await within(writeWhole(path, new TextEncoder().encode(`${fresh}\n`), 0o444), LIMIT);
  if (known !== undefined) complain(`"${path}" was no machine-id, it has been replaced`);
}
