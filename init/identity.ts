/**
 * Who the machine is from one start to the next.
 *
 * @module
 */

import type { DataPartition } from "./data/partition.ts";
import type { Log } from "./log.ts";
import { keepMachineId } from "./machine_id.ts";
import type { Node } from "./node.ts";
import { keepSeed, takeSeed } from "./random_seed.ts";

/**
 * Gives the machine its identity, and its entropy pool the seed of the last run.
 *
 * @param node The node.
 * @param options The data partition, and where problems are told.
 *
 * @example Usage
 * ```ts
 * import { noPartition } from "./data/partition.ts";
 * import { memoryLog } from "./log.ts";
 * import { KIOS } from "./node.ts";
 *
 * const machineId = `${await Deno.makeTempDir()}/machine-id`;
 * await keepIdentity({ ...KIOS, machineId }, { data: noPartition("/var/lib/kios"), log: memoryLog() });
 * ```
 */
export async function keepIdentity(
  node: Pick<Node, "machineId" | "seed">,
  options: { data: DataPartition; log: Log },
): Promise<void> {
  const { data, log } = options;
  const complaint = await keepMachineId(node.machineId);
  if (complaint !== undefined) log.problem(complaint);
  if (data.state === "disk") await takeSeed(node.seed, data.target);
}

/**
 * Keeps on the data partition what the next run starts from.
 *
 * @param node The node.
 * @param data The data partition.
 *
 * @example Usage
 * ```ts
 * import { noPartition } from "./data/partition.ts";
 * import { KIOS } from "./node.ts";
 *
 * await keepForNextTime(KIOS, noPartition("/var/lib/kios"));
 * ```
 */
export async function keepForNextTime(node: Pick<Node, "seed">, data: DataPartition): Promise<void> {
  if (data.state === "disk") await keepSeed(node.seed, data.target);
}
