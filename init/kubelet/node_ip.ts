import { quote } from "../quote.ts";

/** The node's addresses, and what was wrong with others. */
export interface NodeIp {
  /** What the kubelet's --node-ip takes. */
  nodeIp?: string;
  /** What is wrong, for the log. */
  complaints: string[];
}

/** A number of an IPv4 address. */
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** The family of an address, or nothing when it is none. */
function familyOf(address: string): 4 | 6 | undefined {
  if (IPV4.test(address)) return 4;
  return /^[0-9A-Fa-f:.]+$/.test(address) && URL.canParse(`http://[${address}]`) ? 6 : undefined;
}

/**
 * Reads the node's addresses: one, or one of each family with a comma between; what follows a `#` is a comment.
 *
 * @param text The text.
 * @param source What the log calls it.
 * @returns The addresses as the kubelet takes them, or a complaint.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseNodeIp("10.0.0.7, fd00::7\n", "node-ip").nodeIp, "10.0.0.7,fd00::7");
 * assert.deepEqual(parseNodeIp("10.0.0.700\n", "node-ip"), {
 *   complaints: ['node-ip line 1 is left out: "10.0.0.700" is no address'],
 * });
 * ```
 */
export function parseNodeIp(text: string, source: string): NodeIp {
  const addresses: string[] = [];
  const complaints: string[] = [];
  text.split("\n").forEach((line, index) => {
    for (const part of line.replace(/#.*$/, "").split(",").map((word) => word.trim())) {
      if (part === "") continue;
      const family = familyOf(part);
      const wrong = family === undefined
        ? `${quote(part)} is no address`
        // The kubelet takes it, and then cannot say where its node is: nodestatus/setters.go, validateNodeIP().
        : /^127\.|^::1$/.test(part)
        ? `"${part}" is this machine's own address for itself`
        : addresses.length === 2
        ? `"${part}" is a third address`
        : addresses.some((other) => familyOf(other) === family)
        ? `"${part}" is a second IPv${family} address`
        : undefined;
      if (wrong === undefined) addresses.push(part);
      else if (complaints.length < 3) complaints.push(`${source} line ${index + 1} is left out: ${wrong}`);
    }
  });
  // Two addresses, one of which stands for any: ParseNodeIPArgument of component-helpers refuses them.
  if (addresses.length === 2 && addresses.some((address) => /^(?:0\.0\.0\.0|::)$/.test(address))) {
    return { complaints: [...complaints, `${source} is left out: of two addresses none can be 0.0.0.0 or ::`] };
  }
  return { complaints, ...addresses.length > 0 && { nodeIp: addresses.join(",") } };
}
