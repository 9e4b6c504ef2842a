import assert from "node:assert/strict";
import plugin from "./lint.ts";

/** What the plugin says of one line in one file of the repository. */
function complaints(file: string, source: string): string[] {
  const path = new URL(file, import.meta.url).pathname;
  return Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message);
}

Deno.test("lint refuses PID 1 a package, and a folder what it may not import", () => {
  assert.equal(complaints("init/x.ts", 'import { parse } from "smol-toml";').length, 1);
  assert.equal(complaints("init/x.ts", 'import { join } from "node:path";').length, 1);
  assert.equal(complaints("init/x.ts", 'import { x } from "../build/x.ts";').length, 1);
  assert.equal(complaints("ffi/x.ts", 'export * from "../init/x.ts";').length, 1);
  assert.equal(complaints("build/x.ts", 'import { x } from "../machine/x.ts";').length, 1);
});

Deno.test("lint lets pass what the table allows", () => {
  assert.deepEqual(complaints("init/x.ts", 'import { open } from "../ffi/mod.ts";'), []);
  assert.deepEqual(complaints("build/x.ts", 'import { parse } from "smol-toml";'), []);
  assert.deepEqual(complaints("build/cli/x.ts", 'import { build } from "../../mod.ts";'), []);
});

Deno.test("lint refuses a bare Error", () => {
  assert.equal(complaints("machine/x.ts", 'throw new Error("no");').length, 1);
});
