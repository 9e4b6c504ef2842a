/**
 * A node for the VM tests: the test image, with eyes inside.
 *
 * @module
 */
import { Machine, type MachineOptions, waitForPage } from "../../mod.ts";

/** The image with the probe, which `deno task image test` makes. */
export const TEST_IMAGE = "out/test/test.efi";

/** The image people get. */
export const IMAGE = "out/kios.efi";

/** The port of the hello pod. */
export const HELLO_PORT = 8080;

/** The port of the probe. */
const PROBE_PORT = 8081;

/** Long enough to boot on two cores that other work shares, without KVM. */
export const BOOT_TIMEOUT = 300_000;

/**
 * Boots a node with the test image.
 *
 * @param options More about the machine
 * @returns The machine, its probe answering
 */
export async function bootNode(options: MachineOptions = {}): Promise<Machine> {
  const start = options.kernel === undefined ? { efi: TEST_IMAGE } : {};
  const vm = await Machine.boot({ ...start, memory: 2048, ports: [HELLO_PORT, PROBE_PORT], ...options });
  try {
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    await waitForPage(vm.url(PROBE_PORT, "/cgi-bin/run"), { timeout: BOOT_TIMEOUT });
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
  return vm;
}

/**
 * Runs a script inside the probe pod, where the node's root is /host and all of its processes are seen.
 *
 * @param vm The node
 * @param script The script, for sh
 * @returns What it printed
 * @throws {TypeError} when the script fails
 */
export async function inside(vm: Machine, script: string): Promise<string> {
  const response = await fetch(vm.url(PROBE_PORT, "/cgi-bin/run"), { method: "POST", body: script });
  const text = await response.text();
  const [, output, status] = /^([^]*?)exit (\d+)\n$/.exec(text) ?? [];
  if (status === "0") return output!.trimEnd();
  throw new TypeError(`Script failed on the node with ${status}: ${script}\n${output}`);
}
