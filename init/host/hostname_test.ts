import assert from "node:assert/strict";
import { chooseHostname, nameHost } from "./hostname.ts";

Deno.test("chooseHostname() prefers the command line to the file, and both to a card", () => {
  const addresses = ["00:00:00:00:00:00\n", "52:54:00:AB:CD:EF\n"];
  const lower = addresses.map((address) => address.toLowerCase());
  assert.equal(
    chooseHostname({ commandLine: "A", file: "b", addresses: lower }).name,
    "a",
  );
  assert.equal(chooseHostname({ file: "b.example\n", addresses: lower }).name, "b.example");
  assert.equal(chooseHostname({ addresses: lower }).name, "kios-abcdef");
  assert.equal(chooseHostname({ addresses: [] }).name, "kios");
});

Deno.test("chooseHostname() passes over what the kubelet would refuse, and says so", () => {
  for (const commandLine of ["", "-a", "a_b", "a..b", "ä", "n".repeat(65), "\0\x1b[2J", "a b"]) {
    const { name, complaints } = chooseHostname({ commandLine, file: "b", addresses: [] });
    assert.equal(name, "b");
    assert.equal(complaints.length, 1);
    assert.match(complaints[0]!, /^The hostname ".*" of kios\.hostname is left out: a name has /);
    assert.doesNotMatch(complaints[0]!, /\p{Cc}/u);
  }
  assert.match(chooseHostname({ file: "\n", addresses: [] }).complaints[0]!, /"" of \/etc\/hostname is left out/);
});

Deno.test("nameHost() reads no more of a file than a name can be, and survives whatever lies there", () => {
  const root = Deno.makeTempDirSync();
  const places = { hostname: `${root}/hostname`, hosts: `${root}/hosts`, interfaces: "/nowhere" };
  Deno.writeTextFileSync(places.hosts, "127.0.0.1 localhost\n");
  const told: string[] = [];
  const options = { complain: (what: string) => told.push(what), set() {} };
  Deno.writeFileSync(places.hostname, crypto.getRandomValues(new Uint8Array(65536)));
  assert.equal(nameHost(places, options), "kios");
  assert.equal(told.length, 1);
  assert(told[0]!.length < 600);
  Deno.removeSync(places.hostname);
  Deno.mkdirSync(places.hostname);
  assert.equal(nameHost(places, options), "kios");
  assert.match(told.at(-1)!, /"" of \/etc\/hostname is left out/);
  Deno.removeSync(places.hosts);
  assert.equal(nameHost(places, options), "kios");
  assert.match(told.at(-1)!, /^Cannot make the name "kios" resolve: No such file/);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("nameHost() leaves one line in /etc/hosts, however often the node starts from the same disk", () => {
  const hosts = Deno.makeTempFileSync();
  Deno.writeTextFileSync(hosts, "127.0.0.1 localhost\n");
  const places = { hostname: "/nowhere", hosts, interfaces: "/nowhere" };
  for (const commandLine of ["a", "a", "b"]) nameHost(places, { commandLine, set() {} });
  assert.equal(Deno.readTextFileSync(hosts), "127.0.0.1 localhost\n127.0.1.1 b\n");
  Deno.removeSync(hosts);
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
