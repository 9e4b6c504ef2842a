import assert from "node:assert/strict";
import { changes, planKubelet } from "./plan.ts";
import { readSettings, type Settings } from "./settings.ts";

const places = {
  directory: "/etc/kubernetes",
  defaults: "/usr/share/kios/kubelet",
  dropIns: "/run/kios/kubelet/config.d",
  providers: "/opt/credential-providers",
  ownCertificate: "/var/lib/kubelet/pki/kubelet-client-current.pem",
};

/** Files with their texts. */
function files(texts: Record<string, string>): Settings {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text }]));
}

Deno.test("planKubelet() gives a node without files nothing at all", () => {
  assert.deepEqual(planKubelet({}, { places }), {
    mode: "standalone",
    args: [],
    dropIns: [],
    inUse: [],
    complaints: [],
  });
});

Deno.test("planKubelet() puts the user's configuration last, and the cluster's first", () => {
  const plan = planKubelet(
    files({ "config.yaml": "kind: X", "pki/ca.crt": "---", "kubelet.conf": "kind: Config" }),
    { places },
  );
  assert.deepEqual(plan.dropIns, [
    { name: "10-cluster.conf", link: "/usr/share/kios/kubelet/cluster.yaml" },
    { name: "20-client-ca.conf", link: "/usr/share/kios/kubelet/client-ca.yaml" },
    { name: "50-node.conf", text: "kind: X" },
  ]);
  assert.deepEqual(plan.args, [
    "--config-dir=/run/kios/kubelet/config.d",
    "--kubeconfig=/etc/kubernetes/kubelet.conf",
  ]);
});

Deno.test("planKubelet() belongs to a cluster where there is a kubeconfig of either kind", () => {
  const bootstrap = "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf";
  const both = planKubelet(files({ "kubelet.conf": "a", "bootstrap-kubelet.conf": "b" }), { places });
  assert.equal(both.mode, "cluster");
  assert(both.args.includes(bootstrap));
  const first = planKubelet(files({ "bootstrap-kubelet.conf": "b" }), { places });
  assert.deepEqual(first.args, both.args);
  const last = planKubelet(files({ "kubelet.conf": "a" }), { places });
  assert.equal(last.mode, "cluster");
  assert(!last.args.includes(bootstrap));
});

Deno.test("planKubelet() lets a kubelet that joins replace a kubelet.conf of no use, but not a directory", () => {
  const empty = planKubelet(files({ "kubelet.conf": "", "bootstrap-kubelet.conf": "b" }), { places });
  assert.deepEqual([empty.mode, empty.inUse, empty.complaints], ["cluster", ["bootstrap-kubelet.conf"], []]);
  const directory = planKubelet(
    { "kubelet.conf": { wrong: "it is a directory" }, "bootstrap-kubelet.conf": { text: "b" } },
    { places },
  );
  assert.equal(directory.mode, "standalone");
  assert.deepEqual(directory.complaints, [
    '"/etc/kubernetes/kubelet.conf" cannot be used: it is a directory; the node stands alone',
  ]);
});

Deno.test("planKubelet() does without the files it is told to leave out", () => {
  const settings = files({
    "config.yaml": "kind: X",
    "credential-providers.yaml": "kind: Y",
    "node-labels": "a=b",
    "node-ip": "10.0.0.7",
    "pki/ca.crt": "---",
    "bootstrap-kubelet.conf": "b",
    "kubelet.conf": "a",
  });
  const whole = planKubelet(settings, { places });
  assert.deepEqual(whole.args, [
    "--config-dir=/run/kios/kubelet/config.d",
    "--kubeconfig=/etc/kubernetes/kubelet.conf",
    "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
    "--image-credential-provider-config=/etc/kubernetes/credential-providers.yaml",
    "--image-credential-provider-bin-dir=/opt/credential-providers",
    "--node-labels=a=b",
    "--node-ip=10.0.0.7",
  ]);
  assert.equal(whole.inUse.length, 7);
  for (const setting of whole.inUse) {
    const without = planKubelet(settings, { places, without: [setting] });
    assert(!without.inUse.includes(setting), setting);
    assert(JSON.stringify(without).length < JSON.stringify(whole).length, setting);
  }
  const nothing = planKubelet(settings, { places, without: whole.inUse });
  assert.deepEqual([nothing.args, nothing.dropIns, nothing.mode], [[], [], "standalone"]);
});

Deno.test("planKubelet() takes the command line before the files", () => {
  const settings = files({ "node-labels": "zone=a,rack=7", "node-ip": "10.0.0.7" });
  const { args } = planKubelet(settings, { places, words: { nodeLabels: "zone=b", nodeIp: "10.0.0.8" } });
  assert.deepEqual(args, ["--node-labels=zone=b,rack=7", "--node-ip=10.0.0.8"]);
  const wrong = planKubelet(settings, { places, words: { nodeLabels: "a b", nodeIp: "x" } });
  assert.deepEqual(wrong.args, ["--node-labels=zone=a,rack=7", "--node-ip=10.0.0.7"]);
  assert.deepEqual(wrong.complaints, [
    'kios.node-labels line 1 is left out: "a b" is no label\'s key',
    'kios.node-ip line 1 is left out: "x" is no address',
  ]);
});

Deno.test("planKubelet() says what becomes of a file that cannot be used", () => {
  const { complaints, inUse } = planKubelet({
    "config.yaml": { text: "# maxPods: 5\n\n" },
    "node-labels": { text: "\n" },
    "node-ip": { wrong: "it is a directory" },
  }, { places });
  assert.deepEqual(inUse, []);
  assert.deepEqual(complaints, [
    '"/etc/kubernetes/config.yaml" cannot be used: it is empty; the default configuration is used',
    '"/etc/kubernetes/node-labels" cannot be used: it is empty; the node does without',
    '"/etc/kubernetes/node-ip" cannot be used: it is a directory; the node does without',
  ]);
});

Deno.test("changes() sees what a start depends on, and not what the kubelet writes itself", () => {
  const bootstrap = files({ "bootstrap-kubelet.conf": "b" });
  const own = files({ "bootstrap-kubelet.conf": "b", "kubelet.conf": `client-key: ${places.ownCertificate}` });
  const other = files({ "bootstrap-kubelet.conf": "b", "kubelet.conf": "token: x" });
  assert.deepEqual(changes(bootstrap, own, places), []);
  assert.deepEqual(changes(own, other, places), [{ setting: "kubelet.conf", what: "changed" }]);
  assert.deepEqual(changes({}, bootstrap, places), [{ setting: "bootstrap-kubelet.conf", what: "is new" }]);
  assert.deepEqual(changes(other, bootstrap, places), [{ setting: "kubelet.conf", what: "is gone" }]);
  assert.deepEqual(changes(files({ "node-labels": "a=b" }), files({ "node-labels": "a: b # c" }), places), []);
  assert.deepEqual(changes(files({ "node-ip": "10.0.0.7" }), { "node-ip": { wrong: "it is a directory" } }, places), [
    { setting: "node-ip", what: "changed" },
  ]);
});

Deno.test("readSettings() reads files, and of what is none says what it is", async () => {
  const directory = Deno.makeTempDirSync();
  assert.deepEqual(await readSettings(`${directory}/none`), {});
  Deno.mkdirSync(`${directory}/kubelet.conf`);
  Deno.mkdirSync(`${directory}/pki`);
  Deno.writeTextFileSync(`${directory}/config.yaml`, "kind: X");
  Deno.writeFileSync(`${directory}/node-labels`, new Uint8Array(3 << 20));
  Deno.symlinkSync("nowhere", `${directory}/node-ip`);
  new Deno.Command("mkfifo", { args: [`${directory}/credential-providers.yaml`] }).outputSync();
  assert.deepEqual(await readSettings(directory), {
    "config.yaml": { text: "kind: X" },
    "credential-providers.yaml": { wrong: "it is no file" },
    "node-labels": { wrong: "it has 3145728 bytes, more than 1048576" },
    "kubelet.conf": { wrong: "it is a directory" },
  });
  Deno.removeSync(directory, { recursive: true });
});
