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

/** What a measurement of boots takes beside the number of rounds. */
export interface BootOptions {
  /** Hears of each boot. */
  say(line: string): void;
  /** An EFI program made earlier, to be compared with. */
  earlier?: string;
}

/**
 * Boots all cases in turns.
 *
 * @param rounds How many boots of each
 * @param options Who hears of it, and an earlier image
 * @returns Time from the kernel's start to the hello pod's process, and the memory taken then
 */
export async function measureBoots(rounds: number, options: BootOptions): Promise<Result[]> {
  const { say, earlier } = options;
  const images: Record<string, string> = { ...IMAGES, ...(earlier !== undefined && { earlier }) };
  const boots: Record<string, Hello[]> = Object.fromEntries(Object.keys(images).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const names = Object.keys(images);
    for (const name of round % 2 ? names : names.reverse()) {
      const hello = await bootOnce(images[name]!);
      boots[name]!.push(hello);
      const taken = (hello.memTotal - hello.memAvailable) / MB;
      say(`round ${round} of ${rounds}: ${name}: pod after ${hello.startedAt} s, ${taken.toFixed(0)} MB taken`);
    }
  }
  const time = ({ startedAt }: Hello) => startedAt;
  const memory = ({ memTotal, memAvailable }: Hello) => (memTotal - memAvailable) / MB;
  const each = (value: (hello: Hello) => number) =>
    Object.fromEntries(Object.entries(boots).map(([name, hellos]) => [name, hellos.map(value)]));
  return [
    ...compare({ metric: "time_to_pod", unit: "s" }, each(time)),
    ...compare({ metric: "ram_at_pod", unit: "MB" }, each(memory)),
  ];
}

/**
 * Measures the sizes of the EFI programs.
 *
 * @returns The sizes
 */
export async function measureSizes(): Promise<Result[]> {
  const size = async (path: string) => (await Deno.stat(path)).size / MB;
  return compare({ metric: "efi_size", unit: "MB" }, {
    floor: [await size(IMAGES.floor)],
    kios: [await size(IMAGES.kios)],
  });
}

/** The floor's result and the others against it; ours also against the earlier image, if there is one. */
function compare(name: { metric: string; unit: string }, values: Record<string, number[]>): Result[] {
  const { floor = [], ...others } = values;
  const base = summarise({ case: "floor", ...name }, floor);
  const results = Object.entries(others).map(([one, rounds]) => summarise({ case: one, ...name }, rounds, base));
  const earlier = results.find((result) => result.case === "earlier");
  if (earlier === undefined) return [base, ...results];
  return [
    base,
    ...results,
    summarise({ ...name, case: "kios", metric: `${name.metric}_since` }, others.kios!, earlier),
  ];
}
