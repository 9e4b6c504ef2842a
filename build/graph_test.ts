import assert from "node:assert/strict";
import type { Job } from "./config.ts";
import { orderJobs } from "./graph.ts";

/** Jobs by name, each with its needs. */
function jobs(needs: Record<string, string[]>): Map<string, Job> {
  const job = (name: string): Job => ({
    name,
    needs: needs[name]!,
    description: "",
    sources: [],
    files: [],
    tools: [],
    env: {},
    steps: [],
    place: { file: "build.toml", line: 7 },
  });
  return new Map(Object.keys(needs).map((name) => [name, job(name)]));
}

Deno.test("orderJobs() reports the cycle it found", () => {
  const circle = jobs({ efi: ["root"], root: ["init"], init: ["root"] });
  assert.throws(() => orderJobs(circle, ["efi"]), /build\.toml:7: Dependency cycle: root -> init -> root/);
});

Deno.test("orderJobs() leaves out what nobody wants, and lists a shared need once", () => {
  const all = jobs({ efi: ["kernel", "root"], root: ["libc"], kernel: ["libc"], libc: [], other: [] });
  assert.deepEqual(orderJobs(all, ["efi"]).map((job) => job.name), ["libc", "kernel", "root", "efi"]);
});

Deno.test("orderJobs() says which name was meant when a job does not exist", () => {
  assert.throws(() => orderJobs(jobs({ kernel: [] }), ["kernal"]), /There is no job "kernal"/);
});
