import assert from "node:assert/strict";
import { checkMounts } from "./mount_policy.ts";
import { bootNode, inside } from "./node.ts";

/** What may live in the host's PID namespace. */
const HOST_PROCESSES = new Set(["init", "containerd", "kubelet", "containerd-shim"]);

/** Names under which a shell, an interpreter or a package tool would be found. */
const INTERPRETERS =
  /^(a|ba|da|z|k|c|tc|fi)?sh$|^busybox|^toybox|^perl|^python|^lua|^ruby|^node$|^deno$|^awk$|^dpkg|^rpm$|^apk$/;

Deno.test("a node, looked at from inside, keeps its promises", async (test) => {
  await using vm = await bootNode();

  await test.step("/bin holds at most 7 names, one of them a second name of another", async () => {
    const names = (await inside(vm, "ls /host/bin")).split("\n");
    assert.deepEqual(names, ["containerd", "containerd-shim-runc-v2", "init", "kubelet", "mount", "runc", "umount"]);
    const inodes = await inside(vm, "ls -i /host/bin/mount /host/bin/umount | awk '{ print $1 }' | sort -u");
    assert.equal(inodes.split("\n").length, 1);
  });

  await test.step("the host's PID namespace holds init, containerd, kubelet and shims, and nothing else", async () => {
    const namespaceOf1 = "$(readlink /proc/1/ns/pid)";
    const list = await inside(
      vm,
      `
      for process in /proc/[0-9]*; do
        [ "$(readlink $process/ns/pid)" = "${namespaceOf1}" ] || continue
        [ -n "$(cat $process/cmdline)" ] || continue          # a kernel thread
        case $(cat $process/cgroup) in */kubepods/*) continue;; esac  # the probe itself shares the namespace
        readlink $process/exe | sed 's:.*/::'
      done`,
    );
    const names = list.split("\n").map((name) => name.startsWith("containerd-shim") ? "containerd-shim" : name);
    assert.deepEqual(new Set(names), HOST_PROCESSES);
    assert.equal(names.filter((name) => name === "init").length, 1);
  });

  await test.step("no other file of the root can be executed than those in /bin and the libraries", async () => {
    const list = await inside(vm, "find /host -xdev -type f -perm /111 | sed 's:^/host::' | sort");
    assert.ok(list.split("\n").includes("/bin/init"), list);
    const other = list.split("\n").filter((path) => !/^\/(bin|lib|lib64)\//.test(path));
    assert.deepEqual(other, []);
  });

  await test.step("there is no shell, interpreter or package tool on the host", async () => {
    const names = (await inside(vm, "find /host -xdev | sed 's:.*/::' | sort -u")).split("\n");
    assert.ok(names.includes("kubelet"));
    assert.deepEqual(names.filter((name) => INTERPRETERS.test(name)), []);
  });

  await test.step("the root is read-only", async () => {
    assert.match(await inside(vm, "touch /host/x 2>&1 || true"), /Read-only file system/);
    assert.match(await inside(vm, "touch /host/bin/x 2>&1 || true"), /Read-only file system/);
  });

  await test.step("every mount of the host is nosuid, and what can be written is nodev and noexec by the policy", async () => {
    checkMounts(await inside(vm, "cat /proc/1/mountinfo"));
  });
});
