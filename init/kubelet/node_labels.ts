/**
 * Labels of the node, as they stand in /etc/kubernetes/node-labels.
 *
 * @module
 */

import { quote } from "../quote.ts";

/** The part of a key after its prefix, and a value that is not empty: apimachinery's IsQualifiedName, IsValidLabelValue. */
const NAME = /^(?=.{1,63}$)[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A key's prefix, a DNS subdomain. */
const PREFIX = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Prefixes that belong to Kubernetes: a kubelet may give itself only some labels of these, and does not start with others. */
const RESERVED = /(?:^|\.)(?:kubernetes|k8s)\.io$/;

/** Those of them under which everything is allowed: KubeletLabelNamespaces of k8s.io/kubelet. */
const ALLOWED_PREFIX = /(?:^|\.)(?:kubelet|node)\.kubernetes\.io$/;

/** Those of them that are allowed one by one: KubeletLabels of k8s.io/kubelet. */
const ALLOWED = new Set([
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);

/** Labels, and what was wrong with others. */
export interface NodeLabels {
  /** The labels by key. */
  labels: Record<string, string>;
  /** What is wrong, for the log. */
  complaints: string[];
}

/** Why `key` with `value` is no label of a node, or nothing when it is one. */
function refusal(key: string, value: string): string | undefined {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  if (!NAME.test(name) || more.length > 0 || prefix !== undefined && !PREFIX.test(prefix)) {
    return `${quote(key)} is no label's key`;
  }
  if (value !== "" && !NAME.test(value)) return `${quote(value)} is no label's value`;
  if (prefix !== undefined && RESERVED.test(prefix) && !ALLOWED_PREFIX.test(prefix) && !ALLOWED.has(key)) {
    return `no node may give itself the label "${key}"; "node.kubernetes.io/${name}" is allowed`;
  }
}

/**
 * Reads labels: a line each, `key=value` or `key: value`, or several with commas between; what follows a `#` is a comment.
 *
 * @param text The text.
 * @param source What the log calls it.
 * @returns The labels; a wrong one is left out and complained about.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { labels, complaints } = parseNodeLabels("# where\nzone: b\nrack=7,a b=c\n", "node-labels");
 * assert.deepEqual(labels, { zone: "b", rack: "7" });
 * assert.deepEqual(complaints, ['node-labels line 3 is left out: "a b" is no label\'s key']);
 * ```
 */
export function parseNodeLabels(text: string, source: string): NodeLabels {
  const labels: Record<string, string> = {};
  const complaints: string[] = [];
  text.split("\n").forEach((line, index) => {
    for (const part of line.replace(/(?:^|\s)#.*$/, "").split(",")) {
      if (part.trim() === "" || part.trim() === "---") continue;
      const [, key = "", given = ""] = /^\s*["']?(.*?)["']?\s*(?:[=:]\s*(.*?)\s*)?$/s.exec(part) ?? [];
      const value = given.replace(/^(["'])(.*)\1$/, "$2");
      const wrong = refusal(key, value);
      if (wrong === undefined) labels[key] = value;
      else complaints.push(`${source} line ${index + 1} is left out: ${wrong}`);
    }
  });
  return { labels, complaints: short(complaints, source) };
}

/** The first complaints: a file that is all garbage is not read out. */
function short(complaints: string[], source: string): string[] {
  const [first, second, third, ...more] = complaints;
  if (more.length === 0) return complaints;
  return [first!, second!, third!, `${source} has ${more.length} more such lines`];
}
