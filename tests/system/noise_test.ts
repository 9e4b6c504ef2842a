import assert from "node:assert/strict";
import { times } from "../scale.ts";
import { compiledProgram } from "./compile.ts";
import { bootFakeNode, READY } from "./fake_node.ts";
import { DAY, makeNoise } from "./noise.ts";

/** What PID 1 may have more after a day than after a morning: less than a heap that leaks a kilobyte a request. */
const GROWTH = 8 << 20;

Deno.test("boot() takes the noise of a day, and PID 1 needs no more memory for it", async () => {
  await using node = bootFakeNode(await compiledProgram("fake_node.ts"), { runtime: READY, kubelet: READY });
  await node.expect(/kubelet ready$/);
  const { warm, end } = await makeNoise(node, times(DAY / 12, DAY));
  assert(end < warm + GROWTH, `${warm} bytes have become ${end}`);
  assert(Deno.statSync(`${node.directory}/log/kubelet.log.1`).size > 2e6, "the log was never rotated");
  assert.doesNotMatch(node.console(), /internal error|cannot keep/);
});
