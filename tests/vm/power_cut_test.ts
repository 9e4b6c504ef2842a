import assert from "node:assert/strict";
import { checkDataDisk, type Machine, readDataFile, replayDataDisk, writeDataDisk } from "../../mod.ts";
import { times } from "../scale.ts";
import { startDirect } from "./direct.ts";
import { BOOT_TIMEOUT, inside, waitForPods } from "./node.ts";

const TIMEOUT = { timeout: BOOT_TIMEOUT };

/** QEMU's network shows the host to its guests here. */
const HOST = "10.0.2.2";

/**
 * A pod that writes numbers into a file of the data partition, and says of each that it is safe, when it is. It goes on
 * from the last number there.
 */
function manifest(port: number): string {
  const script = `
    touch /site/records
    last=$(tail -n 1 /site/records)
    last=$((last))
    while :; do
      last=$((last + 1))
      echo $last | dd of=/site/records bs=64 oflag=append conv=notrunc,fsync 2>/dev/null && echo $last || exit 1
    done | nc ${HOST} ${port}`;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "writer" },
    spec: {
      hostNetwork: true,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [{
        name: "writer",
        image: "kios.local/probe:0.1.0",
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/busybox", "sh", "-c", script],
        volumeMounts: [{ name: "site", mountPath: "/site" }],
      }],
      volumes: [{ name: "site", hostPath: { path: "/var/lib/kios/site", type: "DirectoryOrCreate" } }],
    },
  });
}

/** Hears which records are safe. */
class Acknowledgements implements AsyncDisposable {
  /** The greatest number that was said to be safe. */
  last = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #hearing = this.#hear();
  #waiting: { number: number; resolve(): void } | undefined;

  /** The port on which it listens. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Waits until `count` more records are safe. */
  async more(count: number, vm: Machine): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { number: this.last + count, resolve };
    const timer = setTimeout(() => resolve(), BOOT_TIMEOUT);
    await promise;
    clearTimeout(timer);
    assert(this.last >= this.#waiting.number, `The pod wrote no more than ${this.last} records\n${vm.consoleText}`);
  }

  async #hear(): Promise<void> {
    for await (const connection of this.#listener) void this.#read(connection);
  }

  async #read(connection: Deno.Conn): Promise<void> {
    let rest = "";
    try {
      for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.last = Math.max(this.last, Number(line));
        if (this.#waiting && this.last >= this.#waiting.number) this.#waiting.resolve();
      }
    } catch {
      // The plug was pulled.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#hearing;
  }
}

/** Looks at a disk after its machine lost its power: the file system is in order, and every record is there. */
async function checkRecords(file: string, acknowledged: number): Promise<void> {
  const copy = `${file}.copy`;
  await replayDataDisk(file, copy);
  await checkDataDisk(copy);
  const numbers = (await readDataFile(copy, "site/records") ?? "").split("\n").slice(0, -1).map(Number);
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1), "The records are not in order");
  assert(numbers.length >= acknowledged, `${acknowledged} records were safe, ${numbers.length} are there`);
  await Deno.remove(copy);
}

Deno.test("what was safe is there after the power was cut, and the node comes back", async (test) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data.img`;
  await using acknowledgements = new Acknowledgements();
  try {
    const files = { "meta/etc/kubernetes/manifests/writer.yaml": manifest(acknowledgements.port) };
    await writeDataDisk(file, { size: 512, files });
    const cuts = times(3, 30);
    for (let cut = 1; cut <= cuts; cut++) {
      await test.step(`cut ${cut} of ${cuts}`, async () => {
        await using vm = await startDirect({ disks: [{ file }], name: "power-cut" });
        // One in three comes while the node starts, the first of them while it pulls its images.
        if (cut % 3 === 1) await vm.expect("containerd ready", TIMEOUT);
        else await acknowledgements.more(1 + Math.floor(Math.random() * 100), vm);
        await new Promise((done) => setTimeout(done, Math.random() * 3000));
        await vm.kill();
        await checkRecords(file, acknowledgements.last);
      });
    }
    await test.step("all pods run, and the records go on", async () => {
      await using vm = await startDirect({ disks: [{ file }], name: "power-cut" });
      await waitForPods(vm);
      await acknowledgements.more(10, vm);
      // An image that a cut left half there would have empty files.
      const empty =
        "find /host/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs/bin -type f -size 0";
      assert.equal(await inside(vm, `${empty} 2>/dev/null || true`), "");
      await vm.powerButton();
      assert.equal(await vm.exited(), 0);
      await checkDataDisk(file);
      await checkRecords(file, acknowledgements.last);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
