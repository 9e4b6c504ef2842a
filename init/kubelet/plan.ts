/**
 * From what lies in /etc/kubernetes to what the kubelet is started with.
 *
 * The kubelet itself merges its configuration: over the base come drop-ins, in
 * the order of their names, so that the user's file has the last word.
 * https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/#kubelet-configuration-merging-order
 *
 * @module
 */

import { parseNodeIp } from "./node_ip.ts";
import { parseNodeLabels } from "./node_labels.ts";
import { type Setting, SETTINGS, type Settings } from "./settings.ts";

/** Whether the node stands alone, or belongs to a cluster. */
export type Mode = "standalone" | "cluster";

/** Where what a start is made from lies. */
export interface PlanPlaces {
  /** The user's files: /etc/kubernetes. */
  directory: string;
  /** The image's own: cluster.yaml, client-ca.yaml. */
  defaults: string;
  /** Where the drop-ins are put for each start. */
  dropIns: string;
  /** The programs that get credentials for registries. */
  providers: string;
  /** What the kubelet writes into a kubelet.conf of its own: the certificate it asked the cluster for. */
  ownCertificate: string;
}

/** What the command line says of the same things. */
export interface PlanWords {
  /** In the place of node-ip. */
  nodeIp?: string;
  /** Over the labels of node-labels. */
  nodeLabels?: string;
}

/** A file of the directory of drop-ins: a text, or a link to a file. */
export type DropIn = { name: string; text: string } | { name: string; link: string };

/** What the kubelet is started with. */
export interface Plan {
  /** What the node is. */
  mode: Mode;
  /** Its further arguments. */
  args: string[];
  /** The drop-ins. */
  dropIns: DropIn[];
  /** The user's files that are in use. */
  inUse: Setting[];
  /** What is wrong, for the log. */
  complaints: string[];
}

/** What is told of a file instead of its text when the file is not used. */
const WITHOUT: Partial<Record<Setting, string>> = {
  "config.yaml": "the default configuration is used",
  "bootstrap-kubelet.conf": "the node stands alone",
  "kubelet.conf": "the node stands alone",
};

/**
 * Says what becomes of a node that does without a file.
 *
 * @param setting The file.
 * @returns The words for the log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(consequence("kubelet.conf"), "the node stands alone");
 * assert.equal(consequence("node-ip"), "the node does without");
 * ```
 */
export function consequence(setting: Setting): string {
  return WITHOUT[setting] ?? "the node does without";
}

/** Whether a text says anything: not, when all of its lines are blank or comments. */
function saysNothing(text: string): boolean {
  return /^(?:\s*(?:#[^\n]*)?(?:\n|$))*$/.test(text.slice(0, 4096)) && text.length <= 4096;
}

/**
 * Makes the plan of a start.
 *
 * @param settings What lies in the directory.
 * @param options The places, the command line's words, and the files that are to be left out.
 * @returns The plan.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const places = { directory: "/k", defaults: "/d", dropIns: "/r", providers: "/p", ownCertificate: "/c" };
 * assert.deepEqual(planKubelet({}, { places }).args, []);
 * const plan = planKubelet({ "kubelet.conf": { text: "kind: Config" } }, { places });
 * assert.equal(plan.mode, "cluster");
 * assert.deepEqual(plan.args, ["--config-dir=/r", "--kubeconfig=/k/kubelet.conf"]);
 * assert.deepEqual(plan.dropIns, [{ name: "10-cluster.conf", link: "/d/cluster.yaml" }]);
 * ```
 */
export function planKubelet(
  settings: Settings,
  options: { places: PlanPlaces; words?: PlanWords; without?: readonly Setting[] },
): Plan {
  const { places, words = {}, without = [] } = options;
  const { directory, defaults } = places;
  const inUse: Setting[] = [];
  const complaints: string[] = [];
  const args: string[] = [];
  const dropIns: DropIn[] = [];

  /** The text of a file that is to be used. */
  function use(setting: Setting): string | undefined {
    const found = settings[setting];
    if (found === undefined || without.includes(setting)) return undefined;
    const wrong = "wrong" in found ? found.wrong : saysNothing(found.text) ? "it is empty" : undefined;
    if (wrong !== undefined) {
      complaints.push(`"${directory}/${setting}" cannot be used: ${wrong}; ${consequence(setting)}`);
      return undefined;
    }
    inUse.push(setting);
    return "text" in found ? found.text : undefined;
  }

  const place = settings["kubelet.conf"];
  const isPlace = (place === undefined || "text" in place) && !without.includes("kubelet.conf");
  // A kubelet that joins puts what it gets where kubelet.conf lies, whatever stood there that is of no use.
  const bootstrap = isPlace ? use("bootstrap-kubelet.conf") : undefined;
  const isReplaced = bootstrap !== undefined && place !== undefined && "text" in place && saysNothing(place.text);
  const kubeconfig = isReplaced ? undefined : use("kubelet.conf");
  const mode = kubeconfig === undefined && bootstrap === undefined ? "standalone" : "cluster";
  if (mode === "cluster") {
    dropIns.push({ name: "10-cluster.conf", link: `${defaults}/cluster.yaml` });
    args.push(`--kubeconfig=${directory}/kubelet.conf`);
    if (bootstrap !== undefined) args.push(`--bootstrap-kubeconfig=${directory}/bootstrap-kubelet.conf`);
  }
  if (use("pki/ca.crt") !== undefined) dropIns.push({ name: "20-client-ca.conf", link: `${defaults}/client-ca.yaml` });
  const config = use("config.yaml");
  if (config !== undefined) dropIns.push({ name: "50-node.conf", text: config });
  if (use("credential-providers.yaml") !== undefined) {
    args.push(
      `--image-credential-provider-config=${directory}/credential-providers.yaml`,
      `--image-credential-provider-bin-dir=${places.providers}`,
    );
  }

  const labels = [
    parseNodeLabels(use("node-labels") ?? "", `"${directory}/node-labels"`),
    parseNodeLabels(words.nodeLabels ?? "", "kios.node-labels"),
  ];
  complaints.push(...labels.flatMap((some) => some.complaints));
  const all = Object.entries(Object.assign({}, ...labels.map((some) => some.labels)));
  if (all.length > 0) args.push(`--node-labels=${all.map(([key, value]) => `${key}=${value}`).join(",")}`);

  const nodeIp = parseNodeIp(words.nodeIp ?? "", "kios.node-ip");
  const fileIp = parseNodeIp(use("node-ip") ?? "", `"${directory}/node-ip"`);
  complaints.push(...nodeIp.complaints, ...fileIp.complaints);
  const ip = nodeIp.nodeIp ?? fileIp.nodeIp;
  if (ip !== undefined) args.push(`--node-ip=${ip}`);

  if (dropIns.length > 0) args.unshift(`--config-dir=${places.dropIns}`);
  return { mode, args, dropIns, inUse, complaints };
}

/** What of a file a start depends on: of node-labels and node-ip what they say, of the others the whole text. */
function weight(setting: Setting, settings: Settings, places: PlanPlaces): unknown {
  const found = settings[setting];
  if (found === undefined || "wrong" in found) return found;
  if (setting === "node-labels") return parseNodeLabels(found.text, "");
  if (setting === "node-ip") return parseNodeIp(found.text, "");
  // What the kubelet itself writes when it joins with a bootstrap kubeconfig is no news.
  const isOwn = setting === "kubelet.conf" && settings["bootstrap-kubelet.conf"] !== undefined &&
    found.text.includes(places.ownCertificate);
  return isOwn ? undefined : found.text;
}

/**
 * Finds the files by whose change a start would be made with something else.
 *
 * @param before What lay in the directory then.
 * @param after What lies there now.
 * @param places The places.
 * @returns The files, and what happened to each.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const places = { directory: "/k", defaults: "/d", dropIns: "/r", providers: "/p", ownCertificate: "/c" };
 * assert.deepEqual(changes({}, { "node-ip": { text: "10.0.0.7" } }, places), [{ setting: "node-ip", what: "is new" }]);
 * assert.deepEqual(changes({ "node-ip": { text: "10.0.0.7" } }, { "node-ip": { text: "10.0.0.7 # eth1" } }, places), []);
 * ```
 */
export function changes(
  before: Settings,
  after: Settings,
  places: PlanPlaces,
): { setting: Setting; what: "is new" | "is gone" | "changed" }[] {
  return SETTINGS
    .filter((setting) =>
      JSON.stringify(weight(setting, before, places)) !== JSON.stringify(weight(setting, after, places))
    )
    .map((setting) => ({
      setting,
      what: before[setting] === undefined ? "is new" : after[setting] === undefined ? "is gone" : "changed",
    }));
}
