import assert from "node:assert/strict";
import { waitForPage } from "../../mod.ts";
import { BOOT_TIMEOUT, bootNode, HELLO_PORT, inside } from "./node.ts";

/** Sends a request to the control socket from a pod, as a site's own pods would. */
function control(method: string, path: string): string {
  return `printf '${method} ${path} HTTP/1.1\\r\\nHost: kios\\r\\nConnection: close\\r\\n\\r\\n' |
    connect /host/run/kios/control.sock`;
}

Deno.test("a node goes on when things go wrong, and comes back from a reboot", async (test) => {
  await using vm = await bootNode();

  await test.step("the control socket tells how the node is", async () => {
    const answer = await inside(vm, control("GET", "/status"));
    assert.match(answer, /^HTTP\/1\.1 200 OK/);
    assert.match(answer, /"name":"containerd","state":"ready"/);
    assert.equal(await inside(vm, "stat -c %a /host/run/kios/control.sock"), "600");
  });

  await test.step("kubelet names a manifest that is not YAML, and the other pods run", async () => {
    await inside(vm, "echo '{ this is: [not YAML' >/host/etc/kubernetes/manifests/broken.yaml");
    const wait = "for i in $(seq 60); do grep -q broken.yaml /host/var/log/kios/kubelet.log && break; sleep 1; done";
    assert.match(
      await inside(vm, `${wait}; grep broken.yaml /host/var/log/kios/kubelet.log | head -1`),
      /broken\.yaml/,
    );
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    await inside(vm, "rm /host/etc/kubernetes/manifests/broken.yaml");
  });

  await test.step("POST /reboot brings the node down and up again", async () => {
    await inside(vm, control("POST", "/reboot")).catch(() => {}); // the answer may not outlive the pod that asks
    await vm.expect("shutdown: control socket");
    await vm.expect("reboot");
    await vm.expect("init started", { timeout: BOOT_TIMEOUT });
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
  });
});
