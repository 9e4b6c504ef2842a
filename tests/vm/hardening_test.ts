import assert from "node:assert/strict";
import { SYSCTLS } from "../../init/host/sysctls.ts";
import { readDataBytes, writeDataDisk } from "../../mod.ts";
import { bootDirect } from "./direct.ts";
import { checkMounts } from "./mount_policy.ts";
import { inside } from "./node.ts";

/** What would let somebody look into the running kernel, or at it. */
const DEBUG_INTERFACES = [
  "/dev/mem",
  "/dev/kmem",
  "/dev/port",
  "/dev/cpu/0/msr",
  "/proc/kcore",
  "/proc/vmcore",
  "/proc/sysrq-trigger",
  "/sys/kernel/debug/tracing",
  "/sys/kernel/tracing/trace",
];

/** An image of the site's own, as its layout's index and the one blob it needs here. */
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json" });

/** The SHA-256 of a text or of bytes. */
async function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The files of an image layout with one image. */
async function imageFiles(ref: string): Promise<Record<string, string>> {
  const hex = await sha256(MANIFEST);
  const descriptor = { digest: `sha256:${hex}`, annotations: { "org.opencontainers.image.ref.name": ref } };
  return {
    "images/index.json": JSON.stringify({ manifests: [descriptor] }),
    [`images/blobs/sha256/${hex}`]: MANIFEST,
  };
}

Deno.test("a node with a data partition and a second initrd is as hard as it is said to be", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  const seed = "0123456789abcdef".repeat(32);
  try {
    await writeDataDisk(file, {
      size: 512,
      files: {
        "meta/etc/hostname": "from-the-disk\n",
        "meta/etc/machine-id": "garbage\n",
        "meta/random-seed": seed,
        "modules/x": "",
        ...await imageFiles("site.local/app:1"),
      },
    });
    const etc = { hostname: "from-the-initrd\n", "os-release": 'NAME="ours"\n', "only-there": "yes\n" };
    await using vm = await bootDirect({ disks: [{ file, bus: "nvme" }], etc, extra: ["-rtc", "base=2020-01-01"] });

    await test.step("the partition's /etc is stronger than a second initrd's, and that than the image's", async () => {
      assert.equal(
        await inside(vm, "cat /host/proc/sys/kernel/hostname /host/etc/hostname"),
        "from-the-disk\nfrom-the-disk",
      );
      assert.equal(await inside(vm, "cat /host/etc/os-release /host/etc/only-there"), 'NAME="ours"\nyes');
      assert.match(await inside(vm, "cat /host/etc/passwd"), /^root:/);
    });

    await test.step("the partition's modules are in place, and its images are served", async () => {
      assert.equal(
        await inside(vm, "ls /host/lib/modules; touch /host/lib/modules/y 2>&1 || true"),
        "x\ntouch: /host/lib/modules/y: Read-only file system",
      );
      const url = "http://127.0.0.1:3170/v2/app/manifests/1?ns=site.local";
      assert.equal(await inside(vm, `wget -q -O - '${url}'`), MANIFEST);
    });

    await test.step("mounts allow what the policy allows", async () => {
      const points = checkMounts(await inside(vm, "cat /proc/1/mountinfo"));
      for (
        const point of ["/var/lib/kios", "/var/log", "/var/lib/containerd", "/var/lib/kubelet", "/etc", "/lib/modules"]
      ) assert(points.includes(point), `${point} is not among ${points}`);
    });

    await test.step("the kernel's settings are what the table says", async () => {
      const names = Object.keys(SYSCTLS).filter((name) => !name.includes("*"));
      const text = await inside(vm, `cd /host/proc/sys; for i in ${names.join(" ")}; do echo "$i $(cat $i)"; done`);
      assert.deepEqual(
        Object.fromEntries(text.split("\n").map((line) => line.split(" ", 2))),
        Object.fromEntries(names.map((name) => [name, SYSCTLS[name]])),
      );
      for (const value of (await inside(vm, "cat /host/proc/sys/net/ipv4/conf/*/promote_secondaries")).split("\n")) {
        assert.equal(value, "1");
      }
    });

    await test.step("nothing of a program that fails is written down", async () => {
      assert.match(await inside(vm, "cat /proc/1/limits"), /^Max core file size +0 +0 /m);
      assert.match(await inside(vm, "cat /proc/$(pidof kubelet)/limits"), /^Max core file size +0 +0 /m);
      assert.match(await inside(vm, "cat /proc/$(pidof containerd)/limits"), /^Max open files +\d+ +1048576 /m);
      // A privileged pod may raise the limit, and still there is no file.
      const crash = "mkdir -p /tmp/core; cd /tmp/core; ulimit -c unlimited; sh -c 'kill -SEGV $$'; ls | wc -l";
      assert.match(await inside(vm, crash), /^Segmentation fault.*\n0$/);
    });

    await test.step("there is no door into the running kernel", async () => {
      const there = await inside(
        vm,
        `for i in ${DEBUG_INTERFACES.join(" ")}; do [ -e /host$i ] && echo $i; done; true`,
      );
      assert.equal(there, "");
      assert.match(await inside(vm, "cat /host/sys/kernel/security/lockdown"), /\[integrity\]/);
      assert.equal(await inside(vm, "stat -c %a /host/dev/pts/ptmx"), "0");
    });

    await test.step("a clock that is years behind is set to the day of the build", async () => {
      await vm.expect(/the clock said 2020-01-01, it is set to \d{4}-\d{2}-\d{2}/);
      const floor = await inside(vm, "cat /host/usr/share/kios/clock-floor");
      assert(await inside(vm, "date -u +%F") >= floor);
    });

    await test.step("an identity that is none is replaced", async () => {
      assert.match(vm.consoleText, /"\/etc\/machine-id" was no machine-id, it has been replaced/);
      assert.match(await inside(vm, "cat /host/etc/machine-id"), /^[0-9a-f]{32}$/);
    });

    await test.step("the seed is another after each start and each shutdown", async () => {
      const hash = await inside(vm, "sha256sum </host/var/lib/kios/meta/random-seed");
      assert.notEqual(hash.split(" ")[0], await sha256(seed));
      await vm.powerButton();
      assert.equal(await vm.exited(), 0);
      const last = (await readDataBytes(file, "meta/random-seed"))!;
      assert.equal(last.length, 512);
      assert.notEqual(await sha256(last), hash.split(" ")[0]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
