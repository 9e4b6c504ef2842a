/**
 * What a kubelet said before it ended: which line of its log says why, which file it means, and that in few words.
 *
 * The texts are those of cmd/kubelet/app/server.go and what it calls, in Kubernetes 1.36.
 *
 * @module
 */

import type { Setting } from "./settings.ts";

/** Why a kubelet ended. */
export interface Explanation {
  /** Its own words, one line. */
  reason: string;
  /** The file they are about. */
  setting?: Setting;
}

/** What a line of the log begins with: klog's severity, date, time, thread and place. */
const HEAD = /^[IWEF]\d{4} [\d:.]+ +\d+ \S+\] /;

/** Lines that say why it ended, the surer first: the error of the whole command, a panic, an error. */
const VERDICTS = [/^E\d{4} .*"command failed" err=|^Error: |^panic: |^F\d{4} /, /^E\d{4} /];

/** By which words a file is meant. */
const ABOUT: readonly (readonly [Setting, RegExp])[] = [
  ["config.yaml", /50-node\.conf|merge kubelet config|unmarshal merged JSON|kubelet configuration|feature gate/],
  ["credential-providers.yaml", /credential.?provider|plugin binary|binary executable/i],
  ["node-labels", /node.labels/],
  ["node-ip", /node.ip\b/i],
  ["pki/ca.crt", /pki\/ca\.crt|client-ca/],
  ["bootstrap-kubelet.conf", /bootstrap-kubelet\.conf|bootstrap kubeconfig/],
  ["kubelet.conf", /kubelet\.conf|kubeconfig/],
];

/** What stands around the words that matter, in the order in which it is taken away. */
const AROUND: readonly (readonly [RegExp, string])[] = [
  [/^panic: |^Error: /, ""],
  [/^failed to run Kubelet: /, ""],
  [/^failed to merge kubelet configs: /, ""],
  [/^failed to walk through kubelet dropin directory "[^"]*": /, ""],
  [/^failed to load kubelet dropin file, path: [^,]*, (?:error: )?/, ""],
  [/^failed to merge global and in-flight KubeletConfiguration while setting defaults, error: /, ""],
  [/^failed to unmarshal merged JSON into kubelet configuration: /, ""],
  [/^failed to validate kubelet (?:configuration, error|flags): /, ""],
  [/, path: &TypeMeta[^]*$/, ""],
  [/^(?:unable to load (?:bootstrap )?|invalid )kubeconfig: /, ""],
  [/^error loading config file "[^"]*": /, ""],
  [/^(?:strict decoding error: )?(?:yaml: )?(?:unmarshal errors:\s+)?/, ""],
  [/^json: /, ""],
  [/^kubelet config file ".*" was empty/, "it is empty"],
  [
    /^Object '(Kind|apiVersion)' is missing in [^]*$/,
    "it has no $1, which is KubeletConfiguration of kubelet.config.k8s.io/v1beta1",
  ],
  [/^couldn't get version\/kind; json parse error: [^]*$/, "it is no YAML object"],
];

/** How much of a file is searched for the line that is meant, in characters. */
const SEARCHED = 64 * 1024;

/** How long a reason may be, in characters. */
const LONGEST = 240;

/** The message of the log's entry that begins at `index`: an error of several lines stands below it. */
function messageAt(lines: readonly string[], index: number): string {
  const line = lines[index]!.replace(HEAD, "");
  const [, error] = /(?:^| )err=(.*)$/s.exec(line) ?? [];
  if (error === undefined) return line;
  if (error === "<") {
    const end = lines.indexOf(" >", index);
    return lines.slice(index + 1, end === -1 ? undefined : end).map((text) => text.replace(/^\t/, "")).join("\n");
  }
  try {
    const [quoted = ""] = /^"(?:[^"\\]|\\.)*"/.exec(error) ?? [];
    return JSON.parse(quoted);
  } catch {
    return error;
  }
}

/** The line of `text` that `reason` is about, or nothing when it does not tell. */
function lineOf(reason: string, text: string): number | undefined {
  if (/\bline \d+/.test(reason)) return undefined; // it says so itself
  const lines = text.slice(0, SEARCHED).split("\n");
  const keyed = (reason.match(/[A-Za-z][A-Za-z0-9]+/g) ?? [])
    .map((word) => lines.findIndex((line) => new RegExp(`^[\\s{,"'-]*${word}["']?\\s*:`).test(line)));
  const valued = [...reason.matchAll(/"([^"]+)"|gate: (\S+)/g)].map(([, quoted, gate]) => quoted ?? gate ?? "")
    .map((value) => lines.findIndex((line) => line.includes(value)));
  const index = [...keyed, ...valued].find((found) => found !== -1);
  return index === undefined ? undefined : index + 1;
}

/**
 * Finds why a kubelet ended.
 *
 * @param output The end of what it wrote.
 * @param textOf Gives the text of a file, to find the line that is meant.
 * @returns The reason, or nothing when it wrote nothing.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const output = 'E1124 17:10:05.9 1693 run.go:72] "command failed" err="failed to run Kubelet: unable to load kubeconfig: ' +
 *   'error loading config file \\"/etc/kubernetes/kubelet.conf\\": yaml: line 1: did not find expected node content"\n';
 * assert.deepEqual(explainEnd(output), {
 *   reason: "line 1: did not find expected node content",
 *   setting: "kubelet.conf",
 * });
 * ```
 */
export function explainEnd(
  output: string,
  textOf: (setting: Setting) => string | undefined = () => undefined,
): Explanation | undefined {
  const lines = output.split("\n");
  const index = [...VERDICTS, /\S/].map((verdict) => lines.findLastIndex((line) => verdict.test(line)))
    .find((found) => found !== -1);
  if (index === undefined) return undefined;
  const message = messageAt(lines, index);
  const setting = ABOUT.find(([, words]) => words.test(message))?.[0];
  const words = AROUND.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message)
    .replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  const line = setting === undefined ? undefined : lineOf(words, textOf(setting) ?? "");
  const reason = `${line === undefined ? "" : `line ${line}: `}${words}`;
  return {
    reason: reason.length > LONGEST ? `${reason.slice(0, LONGEST)}...` : reason,
    ...setting !== undefined && { setting },
  };
}
