/** An address of the node. */
export interface Address {
  /** Its network interface. */
  interface: string;
  /** The address. */
  address: string;
}

/** Interfaces of pods and of their networks, not of the node. */
const OF_PODS = /^(lo$|veth|cni|cali|cilium|lxc|flannel|tunl|vxlan|kube|docker|br-|dummy|ip6?_vti|sit)/;

/** Addresses that reach no further than the next machine: RFC 4291 2.5.6, RFC 3927. */
const LINK_LOCAL = /^(fe[89ab][0-9a-f]:|169\.254\.)/i;

/**
 * Chooses the addresses by which a node is reached.
 *
 * @param interfaces What {@linkcode Deno.networkInterfaces} tells.
 * @returns The addresses.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const found = [{ name: "lo", address: "127.0.0.1" }, { name: "eth0", address: "10.0.2.15" }];
 * assert.deepEqual(nodeAddresses(found), [{ interface: "eth0", address: "10.0.2.15" }]);
 * ```
 */
export function nodeAddresses(
  interfaces: readonly Pick<Deno.NetworkInterfaceInfo, "name" | "address">[],
): Address[] {
  return interfaces
    .filter(({ name, address }) => !OF_PODS.test(name) && !LINK_LOCAL.test(address))
    .map(({ name, address }) => ({ interface: name, address }));
}
