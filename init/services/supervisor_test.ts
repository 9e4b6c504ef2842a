import assert from "node:assert/strict";
import { memoryLog } from "../log.ts";
import { createReaper } from "./reaper.ts";
import { type Attempts, type Service, supervise } from "./supervisor.ts";

/** A service of /bin/sh whose further arguments `attempts` decides on, and all it needs. */
function shell(script: string, attempts: Attempts, care: Partial<Service> = {}) {
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
    readyLimit: 60,
    ...care,
  }, { log, reaper, backoff: { first: 100, longest: 100, healthy: 1 }, home: directory, attempts });
  return {
    service,
    log,
    // Without the lines that tell of its starts.
    output: () => Deno.readTextFileSync(`${directory}/log`).replaceAll(/^---.*\n/gm, ""),
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
    ended: (exit) => Promise.resolve(void ends.push(exit)),
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
    ended: ({ status }) => (ends.push(status), Promise.resolve("it says so")),
  });
  it.service.start();
  await until(() => it.service.status().state === "waiting");
  it.service.restart("there is another file");
  await until(() => ends.length === 2);
  assert.equal(it.output(), "start-1\nstart-2\n");
  assert.deepEqual(ends, [3, 3]);
  assert.equal(it.log.lines[1], "shell exited with status 3 (it says so), start 2 follows in 100 s");
});

/** Attempts that count how often the service ended. */
function counting(): { ends: number; attempts: Attempts } {
  const it = {
    ends: 0,
    attempts: { next: () => Promise.resolve([]), ready() {}, ended: () => Promise.resolve(void it.ends++) },
  };
  return it;
}

Deno.test("supervise() kills a start that never becomes ready, even one that takes no notice of SIGABRT", async () => {
  const { attempts } = counting();
  await using it = shell("trap '' ABRT; while :; do sleep 0.1; done", attempts, { readyLimit: 0.1 });
  it.service.start();
  await until(() => it.service.status().state === "waiting");
  assert.equal(it.log.lines[1], "shell was not ready after 0.1 s, it is killed");
  assert.equal(it.log.lines[2], "shell was killed by signal 9, start 2 follows in 100 s");
});

/** Tells a notify socket something, from a socket of its own. */
async function notify(path: string, text: string): Promise<void> {
  const own = `${path}.${crypto.randomUUID()}`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  await socket.send(new TextEncoder().encode(text), { transport: "unixpacket", path });
  socket.close();
  Deno.removeSync(own);
}

Deno.test("supervise() gives the time to feed, lets live who feeds, and kills who stops", async () => {
  const it = counting();
  const notifySocket = `${Deno.makeTempDirSync()}/notify`;
  await using sheltered = shell("echo $WATCHDOG_USEC; sleep 1000", it.attempts, {
    notifySocket,
    liveness: { kind: "feed", limit: 0.5 },
  });
  const { service, log } = sheltered;
  service.start();
  await until(() => sheltered.output() === "500000\n");
  await notify(notifySocket, "READY=1\n");
  await until(() => service.status().state === "ready");
  for (let meal = 0; meal < 20; meal++) {
    await notify(notifySocket, "WATCHDOG=1\n");
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal(service.status().state, "ready");
  await until(() => service.status().state === "waiting");
  assert.match(
    log.lines.join("\n"),
    /shell has not said for 0\.5 s that it is alive, it is killed\nshell was killed by signal 6/,
  );
  assert.equal(it.ends, 1);
});
