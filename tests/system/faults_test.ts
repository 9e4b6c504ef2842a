import assert from "node:assert/strict";
import { compiledProgram } from "./compile.ts";
import { bootFakeNode, READY } from "./fake_node.ts";

const INIT = await compiledProgram("fake_node.ts");
const BOTH_READY = { runtime: READY, kubelet: READY };

/** How many nodes run at a time. */
const TOGETHER = 3;

/** Boots a node, has it power off, and returns what it did and how it ended. */
async function run(fault?: string): Promise<{ steps: string[]; console: string; ended: number }> {
  await using node = bootFakeNode(INIT, BOTH_READY, { files: { fault: fault ?? "" } });
  const ended = node.ended();
  const up = node.expect(/kubelet ready$/).then(() => node.signal("SIGTERM"), () => {});
  await Promise.race([up, ended]);
  return {
    ended: await ended,
    console: node.console(),
    steps: Deno.readTextFileSync(`${node.directory}/steps`).trim().split("\n"),
  };
}

/** Checks what became of a node in which the step `name` threw. */
async function check(name: string): Promise<"rebooted" | "went on"> {
  const { console, ended, steps } = await run(name);
  const lines = console.split("\r\n").map((line) => line.replace(/^kios\[[\d.?]+\] /, ""));
  assert(steps.includes(name), `"${name}" was not come to`);
  if (ended === 129) {
    const at = lines.indexOf(`cannot go on: ${name}: injected`);
    assert.notEqual(at, -1, console);
    assert.deepEqual(lines.slice(at + 1).filter((line) => line.includes("reboot")), [
      "reboot in 2 s",
      "reboot in 1 s",
      "reboot",
    ], console);
    return "rebooted";
  }
  assert.equal(ended, 130, console);
  assert(
    lines.some((line) => line === `${name}: injected, going on without` || line === `${name}: injected, going on`),
    console,
  );
  assert(lines.includes("power off"), console);
  return "went on";
}

Deno.test("boot() outlives a bug in any step and phase, or says why not, counts down, and reboots", async () => {
  const { steps, console } = await run();
  assert.doesNotMatch(console, /injected|cannot go on|internal error/);
  const wanted = ["be logind", "open the control socket", "end the pods", "stop the rest", "unmount disks"];
  for (const name of wanted) assert(steps.includes(name), `${name} is not among ${steps}`);
  assert.equal(new Set(steps).size, steps.length);

  const outcomes = new Map<string, string>();
  const left = [...steps];
  const worker = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) outcomes.set(name, await check(name));
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  assert.equal(outcomes.size, steps.length);
  for (const name of ["mount what everything needs", "take care of services"]) {
    assert.equal(outcomes.get(name), "rebooted");
  }
  for (const name of wanted) assert.equal(outcomes.get(name), "went on", name);
});
