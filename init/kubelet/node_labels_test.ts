import assert from "node:assert/strict";
import { unknownFields } from "./known_fields.ts";
import { parseNodeIp } from "./node_ip.ts";
import { parseNodeLabels } from "./node_labels.ts";

Deno.test("parseNodeLabels() takes the forms people write", () => {
  const text = "---\n# where it stands\nzone=b\nrack: \"7\"\n\nexample.com/role : 'web' # a comment\nempty=\nbare\n" +
    "topology.kubernetes.io/zone=eu-1, node.kubernetes.io/x=y,\r\n";
  assert.deepEqual(parseNodeLabels(text, "f"), {
    labels: {
      zone: "b",
      rack: "7",
      "example.com/role": "web",
      empty: "",
      bare: "",
      "topology.kubernetes.io/zone": "eu-1",
      "node.kubernetes.io/x": "y",
    },
    complaints: [],
  });
});

Deno.test("parseNodeLabels() leaves out what the kubelet would not start with, and names the line", () => {
  const lines = [
    "a/b/c=d",
    "-a=b",
    "a=b c",
    `${"k".repeat(64)}=v`,
    "kubernetes.io/x=y",
    "a.k8s.io/x=y",
    "A.b/c=d",
    "=v",
  ];
  for (const line of lines) {
    const { labels, complaints } = parseNodeLabels(`ok=1\n${line}\n`, '"/etc/kubernetes/node-labels"');
    assert.deepEqual(labels, { ok: "1" }, line);
    assert.equal(complaints.length, 1, line);
    assert.match(complaints[0]!, /^"\/etc\/kubernetes\/node-labels" line 2 is left out: /);
  }
});

Deno.test("parseNodeLabels() does not read out a file that is all garbage", () => {
  const garbage = new TextDecoder().decode(crypto.getRandomValues(new Uint8Array(10_000)));
  const { complaints } = parseNodeLabels(garbage, "f");
  assert(complaints.length >= 1 && complaints.length <= 4);
  complaints.forEach((complaint) => assert(complaint.length < 1000));
});

Deno.test("parseNodeIp() takes one address, or one of each family", () => {
  for (
    const [text, nodeIp] of [
      ["10.0.0.7\n", "10.0.0.7"],
      ["# eth1\n fd00::7 # the second\n", "fd00::7"],
      ["10.0.0.7,fd00::7", "10.0.0.7,fd00::7"],
      ["fd00::7\n10.0.0.7\n", "fd00::7,10.0.0.7"],
      ["::", "::"],
    ]
  ) assert.deepEqual(parseNodeIp(text!, "f"), { nodeIp, complaints: [] });
});

Deno.test("parseNodeIp() leaves out what is no address of a node", () => {
  for (const text of ["10.0.0", "10.0.0.256", "01.2.3.4", "fd00:::7", "eth0", "127.0.0.1", "::1", "\0\x1b[2J"]) {
    const { nodeIp, complaints } = parseNodeIp(text, "f");
    assert.equal(nodeIp, undefined, text);
    assert.match(complaints[0]!, /^f line 1 is left out: /);
    assert.doesNotMatch(complaints[0]!, /\p{Cc}/u);
  }
  assert.deepEqual(parseNodeIp("10.0.0.7,10.0.0.8", "f").nodeIp, "10.0.0.7");
  assert.deepEqual(parseNodeIp("10.0.0.7,fd00::7,fd00::8", "f").nodeIp, "10.0.0.7,fd00::7");
  assert.equal(parseNodeIp("10.0.0.7,::", "f").nodeIp, undefined);
});

Deno.test("unknownFields() looks at the fields of the whole alone, and helps with slips", () => {
  const known = ["maxPods", "evictionHard"];
  const text =
    'apiVersion: x\nkind: y\nevictionHard:\n  memory.available: 5\nmaxpods: 5\n"maxPod": 6\nother: 7\n# no: 8\n';
  assert.deepEqual(unknownFields(text, known, "f"), [
    'f line 5: the kubelet passes over "maxpods", which it does not know; it knows "maxPods"',
    'f line 6: the kubelet passes over "maxPod", which it does not know; it knows "maxPods"',
    'f line 7: the kubelet passes over "other", which it does not know',
  ]);
  assert.deepEqual(unknownFields("{ flow: 1 }", known, "f"), []);
});
