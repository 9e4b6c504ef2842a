import assert from "node:assert/strict";
import { parseCommandLine } from "./command_line.ts";

Deno.test("parseCommandLine() leaves the kernel's own words alone", () => {
  assert.deepEqual(parseCommandLine("quiet console=ttyS0,115200 panic=10 toString constructor=1\n"), {
    log: [],
    console: "status",
    complaints: [],
  });
});

Deno.test("parseCommandLine() takes every word it documents", () => {
  const line = parseCommandLine(
    "kios.hostname=a kios.log=console kios.console=plain kios.node-ip=10.0.0.7,fd00::7 kios.node-labels=zone=b datapart=none",
  );
  assert.deepEqual(line, {
    hostname: "a",
    log: ["containerd", "kubelet"],
    console: "plain",
    nodeIp: "10.0.0.7,fd00::7",
    nodeLabels: "zone=b",
    datapart: "none",
    complaints: [],
  });
});

Deno.test("parseCommandLine() takes the last of two words, values with an equals sign, and _ for -", () => {
  const line = parseCommandLine(
    "kios.hostname=a kios.hostname=b=c kios.log=console kios.log=red kios.node_ip=10.0.0.7",
  );
  assert.equal(line.hostname, "b=c");
  assert.deepEqual(line.log, ["containerd", "kubelet"]);
  assert.deepEqual(parseCommandLine("kios.log=kubelet").log, ["kubelet"]);
  assert.equal(line.nodeIp, "10.0.0.7");
});

Deno.test("parseCommandLine() divides and unquotes as the kernel does", () => {
  const line = parseCommandLine(
    `x="a kios.log=red b" "kios.node-labels=a=b c" kios.hostname="node 7" \t\n kios.console="plain`,
  );
  assert.deepEqual(line, {
    log: [],
    console: "plain",
    hostname: "node 7",
    nodeLabels: "a=b c",
    complaints: [],
  });
});

Deno.test("parseCommandLine() takes a data partition by device or by identifier, and nothing else", () => {
  for (const datapart of ["/dev/vda1", "/dev/disk/by-id/x", "UUID=0AB1-23cd", "PARTUUID=97aac693-d920"]) {
    assert.equal(parseCommandLine(`datapart=${datapart}`).datapart, datapart);
  }
  for (const datapart of ["", "vda1", "LABEL=data", "UUID=", "/dev/"]) {
    const { complaints, ...line } = parseCommandLine(`datapart=${datapart}`);
    assert.equal(line.datapart, undefined);
    assert.match(complaints.join(), /datapart takes none, \/dev\/NAME, UUID=\.\.\. or PARTUUID=/);
  }
});

Deno.test("parseCommandLine() complains about words and values it does not know, and says which it knows", () => {
  const { complaints } = parseCommandLine("kios.log=red kios.hostname= kios.x kios.console=tty kios.y=1");
  assert.deepEqual(complaints, [
    '"kios.log=red" on the command line is left out: kios.log takes file, console, or a list of containerd and kubelet',
    '"kios.hostname=" on the command line is left out: kios.hostname takes a name',
    '"kios.x" on the command line is not known; known are datapart, kios.console, kios.hostname, kios.log, kios.node-ip, kios.node-labels',
    '"kios.console=tty" on the command line is left out: kios.console takes status or plain',
    '"kios.y=1" on the command line is not known; known are datapart, kios.console, kios.hostname, kios.log, kios.node-ip, kios.node-labels',
  ]);
});
