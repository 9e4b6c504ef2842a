/**
 * The memory of PID 1 after the noise of a day.
 *
 * @module
 */
import { compiledProgram } from "../tests/system/compile.ts";
import { bootFakeNode, READY } from "../tests/system/fake_node.ts";
import { DAY, makeNoise } from "../tests/system/noise.ts";
import { type Result, summarise } from "./result.ts";

const MB = 1_000_000;

/**
 * Boots PID 1 with fake services, in namespaces of its own, and makes the noise of a day as fast as it takes it.
 *
 * @param say Hears what was measured
 * @returns Its resident memory when it is warm, and in the end
 */
export async function measureNoise(say: (line: string) => void): Promise<Result[]> {
  await using node = bootFakeNode(await compiledProgram("fake_node.ts"), { runtime: READY, kubelet: READY });
  await node.expect(/kubelet ready$/);
  const { warm, end } = await makeNoise(node, DAY);
  say(`PID 1 after the noise of a day: ${(end / MB).toFixed(1)} MB, ${(warm / MB).toFixed(1)} MB when it was warm`);
  const before = summarise({ case: "warm", metric: "init_rss_noise", unit: "MB" }, [warm / MB]);
  return [before, summarise({ case: "kios", metric: "init_rss_noise", unit: "MB" }, [end / MB], before)];
}
