import assert from "node:assert/strict";
import { compiledProgram } from "./compile.ts";
import { bootFakeNode, type FakeNode, READY } from "./fake_node.ts";
import { programCommand } from "./namespace.ts";

const INIT = await compiledProgram("fake_node.ts");
const SERVICES = { runtime: READY, kubelet: programCommand("fake_kubelet.ts").join(" ") };

/** What the kubelet was started with so far, start by start. */
function starts(node: FakeNode): string[] {
  const text = Deno.readTextFileSync(`${node.directory}/kubelet.args`).replaceAll(node.directory, "");
  return text.split("\n").slice(0, -1);
}

/** Writes a file of /etc/kubernetes the way an editor does: beside, then by renaming. */
function put(node: FakeNode, name: string, text: string): void {
  Deno.writeTextFileSync(`${node.directory}/${name.replaceAll("/", "-")}`, text);
  Deno.renameSync(`${node.directory}/${name.replaceAll("/", "-")}`, `${node.directory}/kubernetes/${name}`);
}

Deno.test("boot() starts the kubelet again with what is new in /etc/kubernetes, and only then", async () => {
  await using node = bootFakeNode(INIT, SERVICES);
  await node.expect(/kubelet ready$/);
  const { directory } = node;
  assert.deepEqual(starts(node), [""]);

  put(node, "node-labels", "zone=a\n");
  await node.expect(/kubelet restarts: ".*\/kubernetes\/node-labels" is new$/);
  await node.expect(/kubelet ready$/, { count: 2 });
  // In place, in two steps, and a comment more: the labels are the same.
  Deno.writeTextFileSync(`${directory}/kubernetes/node-labels`, "# where\n");
  Deno.writeTextFileSync(`${directory}/kubernetes/node-labels`, "zone: a\n", { append: true });
  Deno.mkdirSync(`${directory}/kubernetes/manifests`);
  Deno.writeTextFileSync(`${directory}/kubernetes/manifests/pod.yaml`, "kind: Pod\n");
  put(node, "node-ip", "10.0.0.7\n");
  await node.expect(/kubelet restarts: ".*\/kubernetes\/node-ip" is new$/);
  await node.expect(/kubelet ready$/, { count: 3 });

  put(node, "kubelet.conf", "kind: Config\n");
  await node.expect(/mode: cluster$/);
  await node.expect(/kubelet ready$/, { count: 4 });
  Deno.removeSync(`${directory}/kubernetes/kubelet.conf`);
  await node.expect(/kubelet restarts: ".*\/kubernetes\/kubelet.conf" is gone$/);
  await node.expect(/mode: standalone$/);
  await node.expect(/kubelet ready$/, { count: 5 });

  // The directory itself goes, and comes back as another.
  Deno.removeSync(`${directory}/kubernetes`, { recursive: true });
  await node.expect(/kubelet restarts: ".*\/kubernetes\/node-labels" is gone \(and 1 more\)$/);
  await node.expect(/kubelet ready$/, { count: 6 });
  Deno.mkdirSync(`${directory}/kubernetes`);
  put(node, "node-ip", "10.0.0.8\n");
  await node.expect(/kubelet ready$/, { count: 7 });

  const cluster = "--config-dir=/config.d --kubeconfig=/kubernetes/kubelet.conf";
  assert.deepEqual(starts(node), [
    "",
    "--node-labels=zone=a",
    "--node-labels=zone=a --node-ip=10.0.0.7",
    `${cluster} --node-labels=zone=a --node-ip=10.0.0.7`,
    "--node-labels=zone=a --node-ip=10.0.0.7",
    "",
    "--node-ip=10.0.0.8",
  ]);
});

Deno.test("boot() leaves out what the kubelet does not start with, says so, and tries it again when it changes", async () => {
  await using node = bootFakeNode(INIT, SERVICES, {
    files: {
      "kubernetes/config.yaml": "a\nb\ndie\n",
      "kubernetes/kubelet.conf": "die",
      "kubernetes/node-ip": "10.0.0.7",
    },
  });
  await node.expect(/kubelet ready$/);
  await node.expect(
    /kubelet does not start with ".*\/kubernetes\/config.yaml": line 3: path .*; the default configuration is used until/,
  );
  await node.expect(/kubelet does not start with ".*\/kubernetes\/kubelet.conf": .*; the node stands alone until that/);
  const kubeconfig = "--kubeconfig=/kubernetes/kubelet.conf";
  assert.deepEqual(starts(node), [
    `--config-dir=/config.d ${kubeconfig} --node-ip=10.0.0.7`,
    `--config-dir=/config.d ${kubeconfig} --node-ip=10.0.0.7`,
    "--node-ip=10.0.0.7",
  ]);
  put(node, "config.yaml", "kind: KubeletConfiguration\n");
  await node.expect(/kubelet ready$/, { count: 2 });
  assert.equal(starts(node).at(-1), "--config-dir=/config.d --node-ip=10.0.0.7");
  assert.equal(Deno.readTextFileSync(`${node.directory}/config.d/50-node.conf`), "kind: KubeletConfiguration\n");
});

Deno.test("boot() finds a file that the kubelet does not name by leaving out one after the other", async () => {
  await using node = bootFakeNode(INIT, SERVICES, {
    files: { "kubernetes/config.yaml": "good", "kubernetes/node-labels": "a=sulk", "kubernetes/node-ip": "10.0.0.7" },
  });
  await node.expect(
    /kubelet does not start with ".*\/kubernetes\/node-labels": something is wrong; the node does without until that/,
  );
  const [all, config] = ["--config-dir=/config.d --node-labels=a=sulk --node-ip=10.0.0.7", "--config-dir=/config.d"];
  assert.deepEqual(starts(node), [
    all,
    all,
    "--node-labels=a=sulk --node-ip=10.0.0.7",
    `${config} --node-ip=10.0.0.7`,
  ]);
});

Deno.test("boot() tells of each file that cannot be used, and starts the kubelet without", async () => {
  await using node = bootFakeNode(INIT, SERVICES, {
    files: {
      hostname: "\0\xff\n",
      "kubernetes/config.yaml": "",
      "kubernetes/kubelet.conf/directory": "",
      "kubernetes/node-labels": "a/b/c=d\nzone=a\n",
      "kubernetes/node-ip": "10.0.0\n",
    },
    commandLine: "quiet kios.hostname=Node_7 kios.node-ip=fd00::7",
  });
  await node.expect(/kubelet ready$/);
  await node.expect(/The hostname "node_7" of kios.hostname is left out: a name has /);
  await node.expect(/The hostname "\?.*" of \/etc\/hostname is left out: a name has /);
  await node.expect(/"\/.*\/config.yaml" cannot be used: it is empty; the default configuration is used$/);
  await node.expect(/"\/.*\/kubelet.conf" cannot be used: it is a directory; the node stands alone$/);
  await node.expect(/"\/.*\/node-labels" line 1 is left out: "a\/b\/c" is no label's key$/);
  await node.expect(/"\/.*\/node-ip" line 1 is left out: "10\.0\.0" is no address$/);
  assert.deepEqual(starts(node), ["--node-labels=zone=a --node-ip=fd00::7"]);
  Deno.writeTextFileSync(`${node.directory}/hostname`, "node-8\n");
  await node.expect(/hostname" counts from the next boot on$/);
});
