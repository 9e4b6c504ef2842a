import assert from "node:assert/strict";
import { type Machine, waitForPage, writeDataDisk } from "../../mod.ts";
import { bootDirect } from "./direct.ts";
import { type ApiObject, type FakeApi, serveFakeApi } from "./fake_api.ts";
import { BOOT_TIMEOUT, bootNode, HELLO_PORT, inside } from "./node.ts";

const KUBERNETES = "/host/etc/kubernetes";
const HEAD = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/** Puts files into /etc/kubernetes from a pod, each whole and all at once. */
async function put(vm: Machine, files: Record<string, string>): Promise<void> {
  const writes = Object.entries(files).map(([name, text]) => `cat >/host/run/put/${name} <<'END'\n${text}END\n`);
  await inside(vm, `mkdir -p /host/run/put\n${writes.join("")}mv /host/run/put/* ${KUBERNETES}/`);
}

/** A kubeconfig for the fake API. */
function kubeconfig(api: FakeApi, user: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "${api.url}" } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;
}

/** The processes of the static pods, with the time each was started at. */
function podProcesses(vm: Machine): Promise<string> {
  return inside(
    vm,
    `for name in hello dhcpcd; do
    for pid in $(pidof $name); do echo $name $pid $(sed 's/.*) //' /proc/$pid/stat | cut -d' ' -f20); done
  done | sort`,
  );
}

/** The kubelet's arguments. */
function kubeletArguments(vm: Machine): Promise<string> {
  return inside(vm, "tr '\\0' ' ' </proc/$(pidof kubelet)/cmdline");
}

/** Asks for the hello page again and again; the function that is returned ends that, and says how often there was no answer. */
function askForHello(vm: Machine): () => Promise<{ asked: number; failed: number }> {
  let isDone = false;
  const counts = { asked: 0, failed: 0 };
  const asking = (async () => {
    while (!isDone) {
      counts.asked += 1;
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), 20_000);
      try {
        await (await fetch(vm.url(HELLO_PORT), { signal: limit.signal })).text();
      } catch {
        counts.failed += 1;
      }
      clearTimeout(timer);
      await new Promise((done) => setTimeout(done, 100));
    }
  })();
  return async () => {
    isDone = true;
    await asking;
    return counts;
  };
}

/** What a wrong file looks like, how it comes into being, and what the console says of it. */
const WRONG: [string, string, RegExp][] = [
  [
    "binary",
    `head -c 3000 /dev/urandom >${KUBERNETES}/config.yaml`,
    /kubelet does not start with "\/etc\/kubernetes\/config.yaml": .+; the default configuration is used until that file/,
  ],
  [
    "no YAML",
    `printf '${HEAD.replaceAll("\n", "\\n")}maxPods: [\\n' >${KUBERNETES}/config.yaml`,
    /kubelet does not start with "\/etc\/kubernetes\/config.yaml": line 3: did not find expected node content; the def/,
  ],
  [
    "a wrong value",
    `printf '${HEAD.replaceAll("\n", "\\n")}\\nmaxPods: many\\n' >${KUBERNETES}/config.yaml`,
    /kubelet does not start with "\/etc\/kubernetes\/config.yaml": line 4: cannot unmarshal string into .*maxPods/,
  ],
  [
    "a value that the kubelet takes and then dies of",
    `printf '${HEAD.replaceAll("\n", "\\n")}enforceNodeAllocatable: [pods, system-reserved]\\n` +
    `systemReservedCgroup: /nowhere\\n' >${KUBERNETES}/config.yaml`,
    /kubelet does not start with "\/etc\/kubernetes\/config.yaml": .+; the default configuration is used until that file/,
  ],
  [
    "empty",
    `: >${KUBERNETES}/config.yaml`,
    /"\/etc\/kubernetes\/config.yaml" cannot be used: it is empty; the default configuration is used/,
  ],
  [
    "a directory",
    `rm ${KUBERNETES}/config.yaml; mkdir ${KUBERNETES}/config.yaml`,
    /"\/etc\/kubernetes\/config.yaml" cannot be used: it is a directory; the default configuration is used/,
  ],
  [
    "5 MB",
    `rmdir ${KUBERNETES}/config.yaml; head -c 5000000 /dev/zero | tr '\\0' x >${KUBERNETES}/config.yaml`,
    /"\/etc\/kubernetes\/config.yaml" cannot be used: it has 5000000 bytes, more than 1048576; the default configuration/,
  ],
];

Deno.test("a node takes its configuration from files that come and go, and joins a cluster", async (test) => {
  await using api = serveFakeApi();
  await using vm = await bootNode();
  const ready = () => vm.expect("kubelet ready", { timeout: BOOT_TIMEOUT });
  const before = await podProcesses(vm);
  const stopAsking = askForHello(vm);

  await test.step("config.yaml is honoured over the image's own, and a field that nobody knows is told", async () => {
    await put(vm, { "config.yaml": `${HEAD}healthzPort: 10248\nmaxPodz: 5\n` });
    await vm.expect(/kubelet restarts: "\/etc\/kubernetes\/config.yaml" is new/);
    await vm.expect(
      /config.yaml" line 4: the kubelet passes over "maxPodz", which it does not know; it knows "maxPods"/,
    );
    await ready();
    const ask = "for i in $(seq 60); do wget -qO- http://127.0.0.1:10248/healthz 2>/dev/null && break; sleep 0.5; done";
    assert.equal(await inside(vm, ask), "ok");
  });

  for (const [what, script, told] of WRONG) {
    await test.step(`config.yaml: ${what}: the console says so, and the kubelet runs without`, async () => {
      await inside(vm, script);
      await vm.expect(told, { timeout: BOOT_TIMEOUT });
      await inside(vm, "for i in $(seq 120); do pidof kubelet && exit; sleep 0.5; done; exit 1");
    });
  }

  await test.step("all other files at once, each all garbage: each is told, and the kubelet runs without", async () => {
    await inside(
      vm,
      `cd ${KUBERNETES}; mkdir -p pki; for name in config.yaml credential-providers.yaml node-labels node-ip pki/ca.crt \\
        bootstrap-kubelet.conf kubelet.conf ../hostname; do rm -rf $name; head -c 2000 /dev/urandom >$name; done`,
    );
    const told = (text: string) => vm.expect(new RegExp(text), { timeout: BOOT_TIMEOUT });
    await told('"/etc/kubernetes/node-labels" line \\d+ is left out');
    await told("kubelet ready");
    const text = vm.consoleText;
    assert.match(text, /"\/etc\/hostname" counts from the next boot on/);
    assert.match(text, /"\/etc\/kubernetes\/node-ip" line 1 is left out/);
    for (const name of ["config.yaml", "credential-providers.yaml", "pki/ca.crt", "kubelet.conf"]) {
      assert.ok(text.lastIndexOf(`kubelet does not start with "/etc/kubernetes/${name}"`) > 0, name);
    }
    assert.doesNotMatch(await kubeletArguments(vm), /config-dir|kubeconfig|credential|node-/);
    await inside(vm, `rm -r ${KUBERNETES}/[cnbkp]* ${KUBERNETES}/../hostname`);
    await ready();
  });

  await test.step("no pod was touched by any of that", async () => {
    assert.equal(await podProcesses(vm), before);
    const { asked, failed } = await stopAsking();
    assert.ok(asked > 20);
    assert.equal(failed, 0);
  });

  await test.step("a kubeconfig that a pod puts in place makes the node join, its pods untouched", async () => {
    const stopAsking = askForHello(vm);
    await put(vm, {
      "config.yaml": `${HEAD}contentType: application/json\nmaxPods: 23\n`,
      "kubelet.conf": kubeconfig(api, ""),
      "node-ip": "10.0.2.15\n",
      "node-labels": "# by hand\nrack: 7\nkubernetes.io/role=web\n",
    });
    await vm.expect("mode: cluster", { timeout: BOOT_TIMEOUT });
    const node = await api.expect("nodes", () => true, BOOT_TIMEOUT);
    assert.equal(node["status"].capacity.pods, "23");
    assert.equal(node.metadata.labels?.["rack"], "7");
    assert.deepEqual(
      node["status"].addresses.find(({ type }: { type: string }) => type === "InternalIP").address,
      "10.0.2.15",
    );
    await api.expect("pods", ({ metadata }) => metadata.name === `hello-${node.metadata.name}`, BOOT_TIMEOUT);
    await api.expect("leases", () => true, BOOT_TIMEOUT);
    assert.match(
      vm.consoleText,
      /node-labels" line 3 is left out: no node may give itself the label "kubernetes.io\/role"/,
    );
    assert.equal(await podProcesses(vm), before);
    const { asked, failed } = await stopAsking();
    assert.ok(asked > 5);
    assert.equal(failed, 0);
  });

  await test.step("without it, the node stands alone again", async () => {
    await inside(vm, `rm ${KUBERNETES}/kubelet.conf`);
    await vm.expect("mode: standalone", { timeout: BOOT_TIMEOUT });
    await ready();
    assert.doesNotMatch(await kubeletArguments(vm), /--kubeconfig/);
    assert.equal(await podProcesses(vm), before);
  });

  await test.step("a bootstrap kubeconfig: the pods run however long the certificate takes", async () => {
    const older = api.all("certificatesigningrequests");
    await put(vm, { "bootstrap-kubelet.conf": kubeconfig(api, "token: abcdef.0123456789abcdef") });
    await vm.expect("mode: cluster", { timeout: BOOT_TIMEOUT });
    await ready();
    const isFirst = (object: ApiObject) =>
      !older.includes(object) && object["spec"].signerName === "kubernetes.io/kube-apiserver-client-kubelet";
    const request = await api.expect("certificatesigningrequests", isFirst, BOOT_TIMEOUT);
    assert.equal(await podProcesses(vm), before);
    await inside(vm, "kill -9 $(pidof hello)");
    await waitForPage(vm.url(HELLO_PORT), { timeout: BOOT_TIMEOUT });
    assert.notEqual(await podProcesses(vm), before);

    const kubelet = await inside(vm, "pidof kubelet");
    await api.sign(request);
    const wait =
      "for i in $(seq 120); do readlink /host/var/lib/kubelet/pki/kubelet-client-current.pem && break; sleep 0.5; done";
    assert.match(await inside(vm, wait), /kubelet-client-.*\.pem/);
    assert.match(await inside(vm, `cat ${KUBERNETES}/kubelet.conf`), /kubelet-client-current\.pem/);
    assert.equal(await inside(vm, "pidof kubelet"), kubelet); // what it wrote itself is no reason to start again
  });
});

Deno.test("the command line comes before the data partition, that before a second initrd, and that before the image", async () => {
  const file = await Deno.makeTempFile();
  try {
    await writeDataDisk(file, {
      size: 512,
      files: { "meta/etc/hostname": "of-the-disk\n", "meta/etc/kubernetes/node-ip": "10.0.2.15\n" },
    });
    await using vm = await bootDirect({
      disks: [{ file }],
      words: ['kios.hostname="of-the-words"', "kios.colour=red"],
      etc: {
        "hostname": "of-the-initrd\n",
        "kubernetes/node-ip": "10.0.2.16\n",
        "kubernetes/node-labels": "from=initrd\n",
        "nsswitch.conf": "# of the initrd\n",
      },
    });
    assert.match(
      vm.consoleText,
      /"kios.colour=red" on the command line is not known; known are datapart, kios.console/,
    );
    assert.equal(await inside(vm, "cat /proc/sys/kernel/hostname"), "of-the-words");
    assert.equal(await inside(vm, "cat /host/etc/hostname"), "of-the-disk");
    assert.match(await kubeletArguments(vm), /--node-labels=from=initrd --node-ip=10\.0\.2\.15/);
    assert.equal(await inside(vm, "cat /host/etc/nsswitch.conf"), "# of the initrd");
    assert.match(await inside(vm, "cat /host/etc/os-release"), /kios/i);
  } finally {
    await Deno.remove(file);
  }
});
