import assert from "node:assert/strict";
import { memoryLog } from "./log.ts";
import { createReaper } from "./reaper.ts";
import { type Attempts, supervise } from "./supervisor.ts";

/** A service of /bin/sh whose further arguments `attempts` decides on, and all it needs. */
function shell(script: string, attempts: Attempts) {
  const directory = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${directory}/cgroup.procs`, "");
  Deno.writeTextFileSync(`${directory}/log`, "");
  const reaper = createReaper();
  const sweeping = setInterval(reaper.sweep, 5);
  const log = memoryLog();
  const service = supervise({
    name: "shell",
    path: "/bin/sh",
    args: ["-c", script, "sh"],
    env: {},
    output: `${directory}/log`,
    group: directory,
    notifySocket: `${directory}/notify`,
  }, { log, reaper, backoff: { first: 100, longest: 100, healthy: 1 }, home: directory, attempts });
  return {
    service,
    log,
    output: () => Deno.readTextFileSync(`${directory}/log`),
    async [Symbol.asyncDispose]() {
      await service.stop(5);
      clearInterval(sweeping);
      Deno.removeSync(directory, { recursive: true });
    },
  };
}

/** Waits until `isDone`, but not for ever. */
async function until(isDone: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !isDone();) {
    assert(Date.now() < deadline, "It did not happen in time");
    await new Promise((done) => setTimeout(done, 5));
  }
}

Deno.test("supervise() asks what each start is made with, and starts again at once when it is told to", async () => {
  const ends: unknown[] = [];
  let starts = 0;
  await using it = shell("echo $1; sleep 1000 & wait", {
    next: () => Promise.resolve([`start-${++starts}`]),
    ready() {},
    ended: (exit) => ends.push(exit),
  });
  it.service.start();
  await until(() => starts === 1 && it.output() === "start-1\n");
  it.service.restart("there is another file");
  await until(() => it.output() === "start-1\nstart-2\n");
  assert.deepEqual(it.log.lines, ["shell started", "shell restarts: there is another file", "shell started"]);
  assert.deepEqual(ends, []);
});

Deno.test("supervise() tells of each end that nobody asked for, and a restart cuts its wait short", async () => {
  const ends: (number | undefined)[] = [];
  let starts = 0;
  await using it = shell("echo $1; exit 3", {
    next: () => Promise.resolve([`start-${++starts}`]),
    ready() {},
    ended: ({ status }) => ends.push(status),
  });
  it.service.start();
  await until(() => it.service.status().state === "waiting");
  it.service.restart("there is another file");
  await until(() => ends.length === 2);
  assert.equal(it.output(), "start-1\nstart-2\n");
  assert.deepEqual(ends, [3, 3]);
});
