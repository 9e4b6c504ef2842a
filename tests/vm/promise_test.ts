import assert from "node:assert/strict";
import { Machine, waitForPage } from "../../mod.ts";
import { BOOT_TIMEOUT, HELLO_PORT, IMAGE } from "./node.ts";

Deno.test("a node boots from firmware, gets an address, serves a page and powers off", async () => {
  await using vm = await Machine.boot({ efi: IMAGE, memory: 2048, ports: [HELLO_PORT] });
  await vm.expect("init started", { timeout: BOOT_TIMEOUT });
  await vm.expect("containerd ready", { timeout: BOOT_TIMEOUT });
  await vm.expect("kubelet ready", { timeout: BOOT_TIMEOUT });
  const page = await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
  assert.match(page, /6\.12\./);
  await vm.powerButton();
  await vm.expect("shutdown: power button");
  await vm.expect("power off");
  assert.equal(await vm.exited(), 0);
});

Deno.test("a node with 512 MB runs the hello pod", async () => {
  await using vm = await Machine.boot({ efi: IMAGE, memory: 512, ports: [HELLO_PORT] });
  await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
});
