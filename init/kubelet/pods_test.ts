import assert from "node:assert/strict";
import { countPods } from "./pods.ts";

Deno.test("countPods() takes a pod for running whose sandbox is not alone", async () => {
  const folder = Deno.makeTempDirSync();
  const cgroup = `${folder}/kubepods`;
  const container = (path: string, populated: 0 | 1) => {
    Deno.mkdirSync(`${cgroup}/${path}`, { recursive: true });
    Deno.writeTextFileSync(`${cgroup}/${path}/cgroup.events`, `populated ${populated}\nfrozen 0\n`);
  };
  container("pod00-a/sandbox", 1);
  container("pod00-a/hello", 1);
  container("besteffort/pod0b/sandbox", 1);
  container("besteffort/pod0b/crashed", 0);
  container("burstable/pod0c/sandbox", 1);
  container("burstable/pod0c/one", 1);
  container("burstable/pod0c/two", 1);
  container("burstable/not-a-pod/one", 1);
  const manifests = `${folder}/manifests`;
  assert.deepEqual(await countPods({ cgroup, manifests }), { running: 2, wanted: 3 });
  Deno.mkdirSync(manifests);
  for (const name of ["a.yaml", "b.yaml", "c.yaml", "d.yaml", ".swp"]) {
    Deno.writeTextFileSync(`${manifests}/${name}`, "");
  }
  assert.deepEqual(await countPods({ cgroup, manifests }), { running: 2, wanted: 4 });
});
