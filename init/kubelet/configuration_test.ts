import assert from "node:assert/strict";
import { configureKubelet } from "./configuration.ts";
import { memoryLog } from "../log.ts";
import { KIOS } from "../node.ts";

/** A kubelet that dies without naming a file, and one that names config.yaml. */
const SULKING = '"command failed" err="no space left on device"';
const NAMING = '"command failed" err="failed to validate kubelet configuration, error: maxPods is wrong"';

/** The configuration of a kubelet whose files lie in a directory of the test. */
function configure(files: Record<string, string>) {
  const root = Deno.makeTempDirSync();
  const put = (name: string, text: string) => Deno.writeTextFileSync(`${root}/${name}`, text);
  Object.entries(files).forEach(([name, text]) => put(name, text));
  const places = { ...KIOS.configuration, directory: root, dropIns: `${root}/d`, defaults: "/nowhere", settled: 0.01 };
  const log = memoryLog();
  let isReady = true;
  const options = { words: {}, log, output: `${root}/log`, runtimeIsReady: () => isReady };
  const { attempts, mode } = configureKubelet(places, options);
  return {
    log,
    put,
    mode,
    attempts,
    runtimeIs: (ready: boolean) => isReady = ready,
    /** A start that ends badly. */
    async fail(words: string, exit: { status: number } | { signal: number } = { status: 1 }) {
      const args = await attempts.next();
      put("log", `E1124 17:10:05.9 1 run.go:72] ${words}\n`);
      await attempts.ended({ pid: 1, ...exit });
      return args.length;
    },
    /** A start that goes well. */
    async succeed() {
      const args = await attempts.next();
      attempts.ready();
      await new Promise((done) => setTimeout(done, 30));
      return args.length;
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

Deno.test("configureKubelet() suspects no files with which the kubelet has started before", async () => {
  using it = configure({ "node-ip": "10.0.0.7", "node-labels": "a=b" });
  assert.equal(await it.succeed(), 2);
  for (let round = 0; round < 5; round++) assert.equal(await it.fail(SULKING), 2);
  it.put("node-ip", "10.0.0.8");
  assert.deepEqual([await it.fail(SULKING), await it.fail(SULKING), await it.fail(SULKING)], [2, 2, 1]);
});

Deno.test("configureKubelet() leaves out what is named all the same", async () => {
  using it = configure({ "config.yaml": "maxPods: -1", "node-ip": "10.0.0.7" });
  assert.equal(await it.succeed(), 2);
  assert.equal(await it.fail(NAMING), 2);
  assert.equal(await it.succeed(), 1);
  assert.match(it.log.lines.join(), /config.yaml": line 1: maxPods is wrong; the default configuration is used until/);
});

Deno.test("configureKubelet() blames no file for a kubelet that is killed, or finds no runtime, or ends well", async () => {
  using it = configure({ "node-ip": "10.0.0.7" });
  for (let round = 0; round < 5; round++) assert.equal(await it.fail(SULKING, { signal: 9 }), 1);
  for (let round = 0; round < 5; round++) assert.equal(await it.fail(SULKING, { status: 0 }), 1);
  it.runtimeIs(false);
  for (let round = 0; round < 5; round++) assert.equal(await it.fail(SULKING), 1);
  assert.deepEqual(it.log.lines, []);
});

Deno.test("configureKubelet() tells once what is wrong, however often the kubelet starts", async () => {
  using it = configure({ "node-ip": "nonsense", "kubelet.conf": "kind: Config" });
  await it.succeed();
  await it.succeed();
  assert.equal(it.mode(), "cluster");
  const [mode, complaint, ...more] = it.log.lines;
  assert.equal(mode, "mode: cluster");
  assert.match(complaint!, /node-ip" line 1 is left out: "nonsense" is no address$/);
  assert.deepEqual(more, []);
});
