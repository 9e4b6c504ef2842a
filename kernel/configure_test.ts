import assert from "node:assert/strict";

const CONFIGURE = new URL("configure.sh", import.meta.url).pathname;

/** Runs configure.sh on a source whose Kconfig gives `config`, whatever is wanted. */
async function configure(
  fragments: Record<string, string>,
  config: string,
): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/fragments`);
    for (const [name, text] of Object.entries(fragments)) {
      await Deno.writeTextFile(`${folder}/fragments/${name}.config`, text);
    }
    await Deno.mkdir(`${folder}/source`);
    await Deno.writeTextFile(`${folder}/source/given`, config);
    await Deno.writeTextFile(`${folder}/source/Makefile`, "allnoconfig:\n\tcp given .config\n");
    const { code, stderr } = await new Deno.Command(CONFIGURE, {
      args: [`${folder}/source`, `${folder}/fragments`],
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("configure.sh accepts a configuration that has all that is wanted", async () => {
  const { code, stderr } = await configure(
    { a: "# Reason.\nCONFIG_A=y\nCONFIG_B=n\n", b: 'CONFIG_NAME="x=y"\n' },
    'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_NAME="x=y"\nCONFIG_MORE=y\n',
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
});

Deno.test("configure.sh names each option that did not survive", async () => {
  const { code, stderr } = await configure(
    { a: "CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=4\nCONFIG_D=y\n" },
    "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=8\n",
  );
  assert.equal(code, 1);
  assert.deepEqual(stderr.trim().split("\n").slice(1), [
    "  CONFIG_B=n became y",
    "  CONFIG_C=4 became 8",
    "  CONFIG_D=y became n",
  ]);
});

Deno.test("configure.sh names an option that two fragments set", async () => {
  const { code, stderr } = await configure({ a: "CONFIG_A=y\n", b: "CONFIG_A=n\n" }, "");
  assert.equal(code, 1);
  assert.match(stderr, /^CONFIG_A$/m);
});
