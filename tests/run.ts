/**
 * `deno task test`: every check and every test, with their count at the end; `deno task test:long`: the system tests and
 * the VM tests whole, where `deno task test` runs a short form of some.
 *
 * @module
 */

/** One part of the test run. */
interface Stage {
  name: string;
  /** What to run. */
  command: string[];
  /** The stage without which this one cannot run. */
  after?: string;
}

const STAGES: Stage[] = [
  { name: "format", command: ["fmt", "--check", "--quiet"] },
  { name: "lint", command: ["lint", "--quiet"] },
  { name: "types", command: ["check", "--doc", "--quiet", "."] },
  { name: "documentation", command: ["doc", "--lint", "--quiet", "mod.ts", "ffi/mod.ts"] },
  { name: "unit", command: ["test", "-A", "--doc", "--quiet", "--ignore=tests,pods,mount,kernel", "."] },
  { name: "image", command: ["task", "--quiet", "image", "default", "test"] },
  { name: "system", command: ["test", "-A", "--quiet", "tests/system", "kernel", "mount", "pods"], after: "image" },
  { name: "vm", command: ["test", "-A", "--quiet", "tests/vm"], after: "image" },
];

/** The stages of `deno task test:long`. */
const LONG_STAGES = ["image", "system", "vm"];

/** Parts of the image that tests are run on by themselves, made by the stage "image". */
const PARTS = {
  DENORT_BIN: "out/test/denort",
  KIOS_DHCP_IMAGE: "out/test/dhcp-image",
  KIOS_VM_KERNEL: "out/test/bzImage",
  KIOS_LOGIND_CLIENT: "out/test/logind-client",
  KIOS_MOUNT_BIN: "out/test/mount",
};

/** How `deno test` closes: `ok | 27 passed (3 steps) | 1 failed | 2 ignored (1 step) (1s)`. */
const SUMMARY = /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/;

/**
 * Runs one stage, its output passed on, and counts its tests; a stage that is none counts as one. Where nobody looks, in
 * CI, a test that was skipped is one that failed.
 */
async function run({ name, command, after }: Stage, long: boolean): Promise<{ passed: number; failed: number }> {
  say(`--- ${name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: command,
    env: { ...(after && parts()), ...(long && { KIOS_TEST_LONG: "1" }), NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    Deno.stdout.writeSync(new TextEncoder().encode(chunk));
    text += chunk;
  }
  const { success } = await child.status;
  const summary = SUMMARY.exec(text);
  if (!summary) return success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const [passed, failed, ignored] = summary.slice(1).map((count) => Number(count ?? 0)) as [number, number, number];
  if (ignored > 0) say(`${name}: ${ignored} tests were skipped, see their names for the reasons`);
  const missed = Deno.env.has("CI") ? ignored : 0;
  return { passed, failed: success ? failed + missed : Math.max(1, failed) };
}

/** Where the parts are, as the tests are told. */
function parts(): Record<string, string> {
  return Object.fromEntries(Object.entries(PARTS).map(([name, path]) => [name, `${Deno.cwd()}/${path}`]));
}

/** Writes a line to standard output. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Runs the stages, or those of the long tests whole, and returns whether all passed. */
async function main(long: boolean): Promise<boolean> {
  const total = { passed: 0, failed: 0 };
  const broken: string[] = [];
  for (const stage of STAGES.filter(({ name }) => !long || LONG_STAGES.includes(name))) {
    const blocked = stage.after !== undefined && broken.includes(stage.after);
    if (blocked) say(`--- ${stage.name} cannot run: ${stage.after} failed`);
    const { passed, failed } = blocked ? { passed: 0, failed: 1 } : await run(stage, long);
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) broken.push(stage.name);
  }
  if (broken.length > 0) say(`Failed: ${broken.join(", ")}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--long")) ? 0 : 1);
