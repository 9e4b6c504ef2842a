import assert from "node:assert/strict";
import { compile } from "../testing.ts";

const hook = await compile("dhcp/hook.c");
const skip = hook === undefined ? " (skipped: musl-gcc is missing)" : "";

/** Runs the hook as dhcpcd does for each change, then reads resolv.conf. */
async function resolvConf(...changes: Record<string, string>[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    for (const env of changes) {
      const command = new Deno.Command(hook ?? "", { args: [folder], env, clearEnv: true });
      const { code, stderr } = await command.output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    return await Deno.readTextFile(`${folder}/resolv.conf`).catch(() => "none");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const eth0 = {
  interface: "eth0",
  if_up: "true",
  new_domain_name: "lab.example",
  new_domain_name_servers: "10.0.0.1 10.0.0.2",
};
const eth1 = {
  interface: "eth1",
  if_up: "true",
  new_domain_name: "ignored.example",
  new_domain_search: "a.example lab.example",
  new_domain_name_servers: "10.0.0.2 10.1.0.1 10.1.0.2",
};

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `${name}${skip}`, ignore: hook === undefined, fn: body });
}

test("hook writes what a lease says", async () => {
  assert.equal(await resolvConf(eth0), "search lab.example\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n");
});

test("hook joins the leases of all interfaces, each word once and three servers at most", async () => {
  assert.equal(
    await resolvConf(eth1, eth0),
    "search lab.example a.example\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.1.0.1\n",
  );
});

test("hook forgets an interface that has lost its address", async () => {
  assert.equal(
    await resolvConf(eth0, eth1, { interface: "eth1", if_down: "true", if_up: "false" }),
    await resolvConf(eth0),
  );
  assert.equal(await resolvConf(eth0, { interface: "eth0", if_down: "true" }), "");
});

test("hook replaces what the interface said before", async () => {
  const renewed = { ...eth0, new_domain_name: "", new_domain_name_servers: "10.0.0.9" };
  assert.equal(await resolvConf(eth0, renewed), "nameserver 10.0.0.9\n");
});

test("hook leaves the file alone where no address changes", async () => {
  assert.equal(await resolvConf({ interface: "eth0", reason: "PREINIT", if_up: "false", if_down: "false" }), "none");
  assert.equal(await resolvConf(eth0, { interface: "eth0", reason: "STOPPED" }), await resolvConf(eth0));
});

test("hook takes no word from the network that could be more than a name", async () => {
  const hostile = { ...eth0, new_domain_name: "$(reboot)", new_domain_name_servers: "10.0.0.1;x 10.0.0.3" };
  assert.equal(await resolvConf(hostile), "nameserver 10.0.0.3\n");
  const long = { ...eth0, new_domain_search: "a".repeat(5000), new_domain_name_servers: "10.0.0.1" };
  assert.match(await resolvConf(long), /nameserver 10\.0\.0\.1\n$/);
});

test("hook ignores an interface name that is a path", async () => {
  assert.equal(await resolvConf({ ...eth0, interface: "../eth0" }), "none");
});
