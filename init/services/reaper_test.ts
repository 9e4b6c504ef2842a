import assert from "node:assert/strict";
import { type Exit, SyscallError } from "../../ffi/mod.ts";
import { createReaper } from "./reaper.ts";

const NO_CHILD = new SyscallError("waitid", { errno: 10, code: "ECHILD" });

Deno.test("sweep() collects all that have ended, wanted or not, in one go", async () => {
  const ended: Exit[] = [
    { pid: 3, status: 0 },
    { pid: 5, signal: 9 },
    { pid: 4, status: 1 },
  ];
  const reaper = createReaper(() => ended.shift());
  const exits = Promise.all([reaper.exitOf(4), reaper.exitOf(5)]);
  reaper.sweep();
  assert.deepEqual(await exits, [{ pid: 4, status: 1 }, { pid: 5, signal: 9 }]);
  assert.deepEqual(ended, []);
});

Deno.test("childless() waits for the last child", async () => {
  const answers: (Exit | undefined)[] = [undefined, { pid: 3, status: 0 }];
  const reaper = createReaper(() => {
    if (answers.length === 0) throw NO_CHILD;
    return answers.shift();
  });
  let alone = false;
  const childless = reaper.childless().then(() => alone = true);
  await Promise.resolve();
  assert.equal(alone, false);
  reaper.sweep();
  await childless;
  assert.equal(alone, true);
});

Deno.test("sweep() collects thousands a few at a turn, so that the loop goes on", async () => {
  let left = 10_000;
  let turns = 0;
  const ticks = setInterval(() => turns++, 0);
  const reaper = createReaper(() => {
    if (left === 0) throw NO_CHILD;
    return { pid: left--, status: 0 };
  });
  const last = reaper.exitOf(1);
  reaper.sweep();
  assert(left > 9000, "one turn did it all");
  reaper.sweep();
  await Promise.all([last, reaper.childless()]);
  clearInterval(ticks);
  assert(turns > 10, `the loop turned ${turns} times`);
});

Deno.test("sweep() passes on what is not the want of children", () => {
  const reaper = createReaper(() => {
    throw new SyscallError("waitid", { errno: 22, code: "EINVAL" });
  });
  assert.throws(() => reaper.sweep(), { code: "EINVAL" });
});
