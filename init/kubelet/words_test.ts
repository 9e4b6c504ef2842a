import assert from "node:assert/strict";
import { explainEnd } from "./words.ts";
import type { Setting } from "./settings.ts";

/** What kubelet 1.36.3 wrote at its end, recorded: which setting was wrong is each part's name. */
const ENDS = Object.fromEntries(
  Deno.readTextFileSync(new URL("testdata/kubelet_ends.txt", import.meta.url)).split(/^--- /m).slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]),
);

/** What is to be told of each. */
const EXPECTED: Record<string, [Setting | undefined, string | RegExp]> = {
  unclosed: ["config.yaml", "line 3: did not find expected node content"],
  indent: ["config.yaml", "line 4: mapping values are not allowed in this context"],
  type: ["config.yaml", "cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32"],
  duplicate: ["config.yaml", 'line 4: key "maxPods" already set in map'],
  gate: ["config.yaml", "unrecognized feature gate: NoSuchGate"],
  invalid: ["config.yaml", "invalid configuration: maxPods (--max-pods) -5 must not be a negative number"],
  nokind: ["config.yaml", "it has no Kind, which is KubeletConfiguration of kubelet.config.k8s.io/v1beta1"],
  wrongkind: ["config.yaml", "unknown apiVersion/kind: /v1, Kind=Pod"],
  empty: ["config.yaml", "it is empty"],
  comment: ["config.yaml", "it has no Kind, which is KubeletConfiguration of kubelet.config.k8s.io/v1beta1"],
  binary: ["config.yaml", /^(invalid (leading|trailing) UTF-8 octet|control characters are not allowed)$/],
  word: ["config.yaml", "it is no YAML object"],
  duration: ["config.yaml", 'time: invalid duration "soon"'],
  grace: [
    "config.yaml",
    "invalid configuration: shutdownGracePeriodCriticalPods {20s} must be <= shutdownGracePeriod {10s}",
  ],
  label: [
    "node-labels",
    /^unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: \[kubernetes.io\/x\]/,
  ],
  label2: ["node-labels", /^invalid node labels: /],
  kubeconfig: ["kubelet.conf", "line 1: did not find expected node content"],
  "kubeconfig-empty": ["kubelet.conf", /^invalid configuration: no configuration has been provided/],
  "kubeconfig-missing": ["kubelet.conf", "stat /etc/kubernetes/kubelet.conf: no such file or directory"],
  rkubeconfig: ["kubelet.conf", "line 1: did not find expected node content"],
  "rkubeconfig-empty": ["kubelet.conf", /^invalid configuration: no configuration has been provided/],
  "rkubeconfig-bin": ["kubelet.conf", /^(invalid (leading|trailing) UTF-8 octet|control characters are not allowed)$/],
  "rkubeconfig-dir": ["kubelet.conf", "read /etc/kubernetes/kubelet.conf: is a directory"],
  rboot: ["bootstrap-kubelet.conf", "line 1: did not find expected node content"],
  ca: ["pki/ca.crt", /data does not contain any valid RSA or ECDSA certificates$/],
  runtime: [undefined, /^validate service connection: /],
};

Deno.test("explainEnd() finds in all that a kubelet wrote why it ended, and which file that is about", () => {
  assert.deepEqual(Object.keys(ENDS), Object.keys(EXPECTED));
  for (const [name, [setting, reason]] of Object.entries(EXPECTED)) {
    const found = explainEnd(ENDS[name]!);
    assert.equal(found?.setting, setting, name);
    if (typeof reason === "string") assert.equal(found?.reason, reason, name);
    else assert.match(found?.reason ?? "", reason, name);
  }
});

Deno.test("explainEnd() says the line where kubelet does not", () => {
  const text = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n\n" +
    'featureGates: { "NoSuchGate": true }\nmaxPods: many\nsyncFrequency: "soon"\nshutdownGracePeriodCriticalPods: 20s\n';
  const reasonOf = (name: string) => explainEnd(ENDS[name]!, () => text)?.reason;
  assert.match(reasonOf("type")!, /^line 5: cannot unmarshal/);
  assert.match(reasonOf("invalid")!, /^line 5: invalid configuration/);
  assert.match(reasonOf("gate")!, /^line 4: unrecognized/);
  assert.match(reasonOf("duration")!, /^line 6: time/);
  assert.match(reasonOf("grace")!, /^line 7: invalid/);
  assert.match(reasonOf("unclosed")!, /^line 3: did not/);
});

Deno.test("explainEnd() takes the last end of a log that holds several, and copes with none", () => {
  assert.equal(explainEnd(ENDS["type"]! + ENDS["rboot"]!)?.setting, "bootstrap-kubelet.conf");
  assert.equal(explainEnd(""), undefined);
  assert.equal(explainEnd("\n \n"), undefined);
  assert.deepEqual(explainEnd("oops\n"), { reason: "oops" });
  const starting =
    'E1124 17:10:05.778982   16893 kubelet.go:1600] "Failed to start ContainerManager" err="no such cgroup"\n';
  assert.deepEqual(explainEnd(`${starting}I1124 17:10:05.8 1 x.go:1] "Bye"\n`), { reason: "no such cgroup" });
});

Deno.test("explainEnd() keeps it short, whatever it is given", () => {
  assert(explainEnd(`panic: ${"x".repeat(100_000)}`)!.reason.length < 250);
  for (let round = 0; round < 200; round++) {
    const bytes = crypto.getRandomValues(new Uint8Array(2000));
    const noise = new TextDecoder("latin1").decode(bytes);
    const { reason } = explainEnd(`${noise}\nE1124 1:1 1 x] "command failed" err=${noise}`, () => noise)!;
    assert.doesNotMatch(reason, /\p{Cc}/u);
    explainEnd(`E1124 1:1 1 x] "command failed" err=<\n${noise}`, () => noise);
  }
});
