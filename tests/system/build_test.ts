/**
 * The Build Tool as its users meet it: as a program, and as a library of somebody else's program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a command and returns how it ended and what it said. */
async function run(command: string[], options: Deno.CommandOptions = {}) {
  const output = await new Deno.Command(command[0]!, { args: command.slice(1), ...options }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** The command line of `kios` out of the checkout. */
const KIOS = [Deno.execPath(), "run", "-A", `${ROOT}build/cli/main.ts`];

/** A folder with a build file of one job. */
async function project(step: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  const text = `[target]\ndefault = { x = "a/x" }\n[job.a]\n[[job.a.step]]\nrun = ${JSON.stringify(step)}\n`;
  await Deno.writeTextFile(`${folder}/build.toml`, text);
  return folder;
}

Deno.test("another program imports the library and prints the jobs of build.toml", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = `import { plan } from ${JSON.stringify(`${ROOT}mod.ts`)};
const { jobs } = await plan(${JSON.stringify(`${ROOT}build.toml`)});
console.log(jobs.map(({ job }) => job.name).join(" "));`;
    await Deno.writeTextFile(`${folder}/list.ts`, program);
    const config = `${ROOT}deno.json`;
    const { stdout, stderr } = await run([Deno.execPath(), "run", "-A", `--config=${config}`, `${folder}/list.ts`]);
    const jobs = stdout.trim().split(" ");
    for (const name of ["kernel", "init", "kubelet", "root", "efi"]) assert.ok(jobs.includes(name), stdout + stderr);
    assert.equal(jobs.at(-1) === "efi" || jobs.indexOf("efi") > jobs.indexOf("root"), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("kios says what is wrong, where, and what to do, with the exit status of a wrong command line", async () => {
  const folder = await project("true");
  try {
    await Deno.writeTextFile(`${folder}/build.toml`, '[job.a]\nstpe = 1\n[[job.a.step]]\nrun = "true"\n');
    const wrong = await run([...KIOS, "plan"], { cwd: folder, env: { KIOS_STORE: `${folder}/store` } });
    assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
    assert.match(wrong.stderr, /^Error: build\.toml:2: Unknown key "stpe"\n {2}Did you mean "step"\?\n$/);
    assert.equal((await run([...KIOS, "imgae"])).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Ctrl-C ends a build with status 130, nothing half-made, and the next run goes on", async () => {
  const folder = await project("if [ -e /out/x ]; then exit 1; fi; echo x >/out/x; sleep 2");
  try {
    const env = { KIOS_STORE: `${folder}/store`, NO_COLOR: "1" };
    const child = new Deno.Command(KIOS[0]!, {
      args: [...KIOS.slice(1), "image"],
      cwd: folder,
      env,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    for (let said = ""; !said.includes("a: if");) said += (await reader.read()).value ?? assert.fail(said);
    child.kill("SIGINT");
    const rest = reader.read();
    assert.equal((await child.status).code, 130);
    await rest;
    await reader.cancel();
    for (const left of ["tmp", "jobs"]) assert.deepEqual([...Deno.readDirSync(`${folder}/store/${left}`)], []);
    assert.equal((await run([...KIOS, "image"], { cwd: folder, env })).code, 0);
    assert.equal(await Deno.readTextFile(`${folder}/out/x`), "x\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a disk that is full ends a build with an error, nothing half-made, and the next run goes on", async () => {
  const folder = await project("head -c 8000000 /dev/zero >/out/x");
  try {
    await Deno.mkdir(`${folder}/store`);
    const image = [...KIOS, "image"].map((word) => `'${word}'`).join(" ");
    const { code, stdout, stderr } = await run([
      "unshare",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      `mount -t tmpfs -o size=4m tmpfs ${folder}/store && ! ${image} && ls ${folder}/store/tmp ${folder}/store/jobs &&
       mount -o remount,size=64m ${folder}/store && ${image}`,
    ], { cwd: folder, env: { KIOS_STORE: `${folder}/store`, NO_COLOR: "1" } });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /No space left on device/);
    assert.equal(stdout, `${folder}/store/jobs:\n\n${folder}/store/tmp:\nout/x\n`);
    assert.equal((await Deno.stat(`${folder}/out/x`)).size, 8_000_000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
