import assert from "node:assert/strict";
import { chooseHostname, nameHost } from "./hostname.ts";

Deno.test("chooseHostname() prefers the command line to the file, and both to a card", () => {
  const addresses = ["00:00:00:00:00:00\n", "52:54:00:AB:CD:EF\n"];
  const lower = addresses.map((address) => address.toLowerCase());
  assert.equal(
    chooseHostname({ commandLine: "A", file: "b", addresses: lower }),
    "a",
  );
  assert.equal(chooseHostname({ file: "b.example\n", addresses: lower }), "b.example");
  assert.equal(chooseHostname({ addresses: lower }), "kios-abcdef");
  assert.equal(chooseHostname({ addresses: [] }), "kios");
});

Deno.test("chooseHostname() passes over what the kubelet would refuse", () => {
  for (const commandLine of ["", "-a", "a_b", "a..b", "ä", "n".repeat(65)]) {
    assert.equal(chooseHostname({ commandLine, file: "b", addresses: [] }), "b");
  }
});

Deno.test("nameHost() reads real cards only, and makes the name resolve", () => {
  const root = Deno.makeTempDirSync();
  for (const name of ["dummy0", "eth0", "lo"]) {
    Deno.mkdirSync(`${root}/net/${name}`, { recursive: true });
    Deno.writeTextFileSync(
      `${root}/net/${name}/address`,
      name === "eth0" ? "52:54:00:12:34:56\n" : "7a:17:15:17:e2:32\n",
    );
  }
  Deno.mkdirSync(`${root}/net/eth0/device`);
  Deno.writeTextFileSync(`${root}/hosts`, "127.0.0.1 localhost\n");
  const names: string[] = [];
  const places = {
    hostname: `${root}/hostname`,
    hosts: `${root}/hosts`,
    interfaces: `${root}/net`,
  };
  nameHost(places, { set: (name) => names.push(name) });
  assert.deepEqual(names, ["kios-123456"]);
  assert.equal(
    Deno.readTextFileSync(`${root}/hosts`),
    "127.0.0.1 localhost\n127.0.1.1 kios-123456\n",
  );
  Deno.removeSync(root, { recursive: true });
});
