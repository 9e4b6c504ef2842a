import assert from "node:assert/strict";

/** The image as pod-dhcp makes it: a folder in the OCI image layout. */
const image = Deno.env.get("KIOS_DHCP_IMAGE");
const why = image === undefined
  ? "KIOS_DHCP_IMAGE names no image layout"
  : Deno.uid() !== 0
  ? "network namespaces need root"
  : await isMissing("dnsmasq")
  ? "dnsmasq, a DHCP server, is missing"
  : await isMissing("bwrap")
  ? "bubblewrap is missing"
  : undefined;

async function isMissing(program: string): Promise<boolean> {
  return !(await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output()).success;
}

async function run(...command: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command[0]!, { args: command.slice(1) }).output();
  const decoder = new TextDecoder();
  assert.ok(success, `${command.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Unpacks the image's only layer. */
async function unpack(layout: string, to: string): Promise<void> {
  const blob = async (digest: string) => JSON.parse(await Deno.readTextFile(path(digest)));
  const path = (digest: string) => `${layout}/blobs/${digest.replace(":", "/")}`;
  const { manifests } = JSON.parse(await Deno.readTextFile(`${layout}/index.json`));
  const { layers } = await blob(manifests[0].digest);
  await run("tar", "-xf", path(layers[0].digest), "-C", to);
}

/** Waits until the file, which the hook replaces as the last thing of a change, holds `text`. */
async function becomes(path: string, text: string, seconds = 10): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (await Deno.readTextFile(path) !== text && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await Deno.readTextFile(path), text);
}

/** A running program whose lines can be waited for. */
class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;
  #text = "";
  #wake: () => void = () => {};

  constructor(...command: string[]) {
    this.#child = new Deno.Command(command[0]!, { args: command.slice(1), stdout: "null", stderr: "piped" }).spawn();
    this.#done = this.#read();
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
      this.#wake();
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until a line comes that matches, and forgets what came before. */
  async expect(line: RegExp, seconds = 20): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = line.exec(this.#text);
      if (found) {
        this.#text = this.#text.slice(found.index + found[0].length);
        return;
      }
      const left = deadline - Date.now();
      assert.ok(left > 0, `No line ${line} in:\n${this.#text}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, left);
      await promise;
      clearTimeout(timer);
    }
  }

  async end(signal: Deno.Signal): Promise<void> {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

Deno.test({
  name: `dhcpcd gives an address, renews it, and bears a link that comes late${why ? ` (skipped: ${why})` : ""}`,
  ignore: why !== undefined,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "kios-dhcp-" });
    const [root, state, resolvconf] = ["root", "state", "resolvconf"].map((name) => `${folder}/${name}`);
    for (const path of [root, state, resolvconf]) await Deno.mkdir(path!);
    await unpack(image!, root!);

    await using client = new Program("unshare", "-n", "sleep", "infinity");
    await using server = new Program("unshare", "-n", "sleep", "infinity");
    const inside = (where: Program) => ["nsenter", "-t", `${where.pid}`, "-n"];
    const onClient = (...command: string[]) => run(...inside(client), ...command);
    const link = (state: "up" | "down") => run(...inside(server), "ip", "link", "set", "srv0", state);
    const resolvConf = `${resolvconf}/resolv.conf`;
    const learned = "search lab.example example\nnameserver 10.77.0.1\nnameserver 9.9.9.9\n";
    const start = () => {
      const sandbox = ["--ro-bind", root!, "/", "--bind", state!, "/var/lib/dhcpcd", "--bind", resolvconf!];
      sandbox.push("/run/resolvconf", "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev");
      sandbox.push("--ro-bind", "/sys", "/sys", "--unshare-pid", "--die-with-parent", "--clearenv");
      const rights = ["--cap-drop", "ALL", "--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_NET_RAW"];
      return new Program(...inside(client), "bwrap", ...sandbox, ...rights, "/usr/sbin/dhcpcd", "-B");
    };

    // unshare has made its namespace once it has become sleep.
    for (const { pid } of [client, server]) {
      while ((await Deno.readTextFile(`/proc/${pid}/comm`)).trim() !== "sleep") await new Promise((r) => setTimeout(r));
    }
    await run(
      "ip",
      "link",
      "add",
      "eth0",
      "netns",
      `${client.pid}`,
      "type",
      "veth",
      "peer",
      "srv0",
      "netns",
      `${server.pid}`,
    );
    await run(...inside(server), "ip", "address", "add", "10.77.0.1/24", "dev", "srv0");
    // What init sets on a node.
    await onClient("sh", "-c", "echo 68 >/proc/sys/net/ipv4/ip_unprivileged_port_start");
    await onClient("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries");

    const options = ["T1,5", "dns-server,10.77.0.1,9.9.9.9", "domain-search,lab.example,example"];
    await using dnsmasq = new Program(
      ...[...inside(server), "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--no-ping"],
      ...["--log-facility=-", "--dhcp-range=10.77.0.50,10.77.0.60,120", `--dhcp-leasefile=${folder}/leases`],
      ...options.map((option) => `--dhcp-option=option:${option}`),
    );
    await using first = start();

    await t.step("it waits for a link, and gets a lease when there is one", async () => {
      await first.expect(/waiting for carrier/);
      await link("up");
      await first.expect(/leased 10\.77\.0\.\d+ for 120 seconds/);
      await first.expect(/adding default route/);
      assert.match(await onClient("ip", "-4", "address", "show", "eth0"), /inet 10\.77\.0\.5\d\/24/);
      assert.match(await onClient("ip", "route"), /^default via 10\.77\.0\.1 dev eth0/);
    });
    await t.step("it writes resolv.conf", () => becomes(resolvConf, learned));
    await t.step("it renews the lease", async () => {
      await dnsmasq.expect(/DHCPACK/);
      await dnsmasq.expect(/DHCPREQUEST[^\n]*\n[^\n]*DHCPACK/);
    });
    await t.step("it empties resolv.conf with the link, and comes back with it", async () => {
      await link("down");
      await becomes(resolvConf, "");
      await link("up");
      await becomes(resolvConf, learned);
    });
    await t.step("it leaves the address when it is stopped, and takes it up again", async () => {
      const before = await onClient("ip", "-4", "-brief", "address", "show", "eth0");
      await first.end("SIGKILL");
      await using second = start();
      await second.expect(/rebinding lease of 10\.77\.0\.\d+/);
      await second.expect(/leased 10\.77\.0\.\d+/);
      assert.equal(await onClient("ip", "-4", "-brief", "address", "show", "eth0"), before);
    });
    await Deno.remove(folder, { recursive: true });
  },
});
