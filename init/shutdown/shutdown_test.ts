import assert from "node:assert/strict";
import { memoryLog } from "../log.ts";
import { createShutdown, type Phase, runPhases } from "./shutdown.ts";

/** Nothing that ends. */
const HANG = () => new Promise<void>(() => {});

/** A phase, with limits that no test outlasts. */
function phase(name: string, run: Phase["run"], limits: Partial<Phase> = {}): Phase {
  return { name, limit: 60, hurriedLimit: 60, run, ...limits };
}

Deno.test("createShutdown() hears the first, is hurried by the second, and is not moved by the third", async () => {
  const log = memoryLog();
  let now = 0;
  const shutdown = createShutdown(() => log, () => now += 1000);
  assert.equal(shutdown.state(), undefined);
  let hurried = false;
  void shutdown.hurried.then(() => hurried = true);
  assert.deepEqual(shutdown.request({ power: "off", reason: "power button" }), { power: "off", hurried: false });
  await Promise.resolve();
  assert.equal(hurried, false);
  shutdown.request({ power: "reboot", reason: "control socket" });
  await shutdown.hurried;
  assert.deepEqual(shutdown.request({ power: "off", reason: "SIGTERM" }), { power: "off", hurried: true });
  assert.deepEqual(await shutdown.asked, { power: "off", reason: "power button" });
  assert.deepEqual(log.lines, [
    "shutdown: asked for again: control socket, so it is shortened; it stays with power off, which was asked for first",
    "shutdown: asked for again: SIGTERM",
  ]);
});

Deno.test("createShutdown() takes what the same one repeats at once for one wish", () => {
  const log = memoryLog();
  let now = 0;
  const shutdown = createShutdown(() => log, () => now);
  const press = () => shutdown.request({ power: "off", reason: "power button" }).hurried;
  press();
  now = 300;
  assert.equal(press(), false);
  assert.deepEqual(log.lines, []);
  now = 1000;
  assert.equal(press(), true);
});

Deno.test("runPhases() goes on after a phase that fails, one that hangs, and one that throws at once", async () => {
  const log = memoryLog();
  let done = false;
  await runPhases([
    phase("fail", () => Promise.reject(new TypeError("No disk"))),
    phase("hang", HANG, { limit: 0.01 }),
    phase("throw", () => {
      throw new TypeError("No hand");
    }),
    phase("work", () => {
      done = true;
      return Promise.resolve();
    }),
  ], log);
  assert.deepEqual(log.lines, [
    "fail: No disk, going on",
    "hang: not done after 0.01 s, going on",
    "throw: No hand, going on",
  ]);
  assert(done);
});

Deno.test("runPhases() shortens the phase it is in, and those that follow, when somebody is in a hurry", async () => {
  const log = memoryLog();
  const hurried = Promise.withResolvers<void>();
  let told = false;
  await runPhases(
    [
      phase("wait", async (hurry) => {
        hurried.resolve();
        await hurry;
        told = true;
        await HANG();
      }, { hurriedLimit: 0.01 }),
      phase("hang", HANG, { hurriedLimit: 0.01 }),
      phase("work", () => Promise.resolve(), { hurriedLimit: 0.01 }),
    ],
    log,
    { hurried: hurried.promise },
  );
  assert.deepEqual(log.lines, ["wait: not done, going on in a hurry", "hang: not done, going on in a hurry"]);
  assert(told);
});

Deno.test("runPhases() lets nobody in a hurry make a phase longer", async () => {
  const log = memoryLog();
  await runPhases([phase("hang", HANG, { limit: 0.02 })], log, { hurried: Promise.resolve() });
  assert.deepEqual(log.lines, ["hang: not done, going on in a hurry"]);
});

Deno.test("runPhases() tells each phase before it begins, and goes on when that throws", async () => {
  const log = memoryLog();
  const seen: string[] = [];
  let ran = false;
  await runPhases(
    [phase("one", () => Promise.resolve(void (ran = true))), phase("two", () => Promise.resolve())],
    log,
    {
      before(name) {
        seen.push(name);
        if (name === "one") throw new TypeError("broken");
      },
    },
  );
  assert.deepEqual(seen, ["one", "two"]);
  assert.equal(ran, false);
  assert.deepEqual(log.lines, ["one: broken, going on"]);
});
