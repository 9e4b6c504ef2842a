/**
 * Boots of ours and of the floor, taken in turns.
 *
 * @module
 */
import { Machine, waitForPage } from "../mod.ts";
import { type Result, summarise } from "./result.ts";

/** What the hello pod says of the moment its process began. */
interface Hello {
  /** Seconds since the kernel's start. */
  startedAt: number;
  /** Bytes. */
  memTotal: number;
  /** Bytes. */
  memAvailable: number;
}

/** The EFI program of each case. */
const IMAGES = { kios: "out/kios.efi", floor: "out/floor.efi" };

/** The port of the hello pod. */
const PORT = 8080;

/** MiB, for both cases. */
const MEMORY = 2048;

/** Long enough for a loaded host without KVM. */
const TIMEOUT = 600_000;

const MB = 1_000_000;

/** Boots one image and asks its hello pod. */
async function bootOnce(efi: string): Promise<Hello> {
  await using vm = await Machine.boot({ name: "bench", efi, memory: MEMORY, ports: [PORT] });
  return JSON.parse(await waitForPage(vm.url(PORT, "/json"), { timeout: TIMEOUT })) as Hello;
}

/**
 * Boots both cases in turns.
 *
 * @param rounds How many boots of each
 * @param say Hears of each boot
 * @returns Time from the kernel's start to the hello pod's process, and the memory taken then
 */
export async function measureBoots(rounds: number, say: (line: string) => void): Promise<Result[]> {
  const boots: Record<keyof typeof IMAGES, Hello[]> = { floor: [], kios: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const name of round % 2 ? ["floor", "kios"] as const : ["kios", "floor"] as const) {
      const hello = await bootOnce(IMAGES[name]);
      boots[name].push(hello);
      const taken = (hello.memTotal - hello.memAvailable) / MB;
      say(`round ${round} of ${rounds}: ${name}: pod after ${hello.startedAt} s, ${taken.toFixed(0)} MB taken`);
    }
  }
  const time = ({ startedAt }: Hello) => startedAt;
  const memory = ({ memTotal, memAvailable }: Hello) => (memTotal - memAvailable) / MB;
  return [
    ...compare({ metric: "time_to_pod", unit: "s" }, boots.floor.map(time), boots.kios.map(time)),
    ...compare({ metric: "ram_at_pod", unit: "MB" }, boots.floor.map(memory), boots.kios.map(memory)),
  ];
}

/**
 * Measures the sizes of the EFI programs.
 *
 * @returns The sizes
 */
export async function measureSizes(): Promise<Result[]> {
  const size = async (path: string) => (await Deno.stat(path)).size / MB;
  return compare({ metric: "efi_size", unit: "MB" }, [await size(IMAGES.floor)], [await size(IMAGES.kios)]);
}

/** The floor's result and ours against it. */
function compare(name: { metric: string; unit: string }, floor: number[], kios: number[]): Result[] {
  const base = summarise({ case: "floor", ...name }, floor);
  return [base, summarise({ case: "kios", ...name }, kios, base)];
}
