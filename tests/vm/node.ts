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

/** What a machine with the test image is like unless a test says otherwise. */
export const NODE: MachineOptions = { memory: 2048, ports: [HELLO_PORT, PROBE_PORT] };

/**
 * Boots a node with the test image.
 *
 * @param options More about the machine
 * @returns The machine, its probe answering
 */
export async function bootNode(options: MachineOptions = {}): Promise<Machine> {
  return await waitForPods(await Machine.boot({ efi: TEST_IMAGE, ...NODE, ...options }));
}

/**
 * Waits until the pods of a node answer; a node whose pods do not is ended.
 *
 * @param vm The node
 * @returns The node
 */
export async function waitForPods(vm: Machine): Promise<Machine> {
  await waitForPod(vm, HELLO_PORT, "/");
  return await waitForProbe(vm);
}

/**
 * Waits until the probe of a node answers, the others may be unwell; a node whose probe does not is ended.
 *
 * @param vm The node
 * @returns The node
 */
export async function waitForProbe(vm: Machine): Promise<Machine> {
  return await waitForPod(vm, PROBE_PORT, "/cgi-bin/run");
}

/** Waits until a pod answers; a node whose pod does not is ended. */
async function waitForPod(vm: Machine, port: number, path: string): Promise<Machine> {
  try {
    await waitForPage(vm.url(port, path), { timeout: BOOT_TIMEOUT });
    return vm;
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
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
