import assert from "node:assert/strict";
import { memoryLog } from "./log.ts";
import { createSteps, StepError } from "./steps.ts";

Deno.test("required() names the step whose promise was broken", async () => {
  const { required } = createSteps();
  await assert.rejects(
    required("serve images", () => Promise.reject(new TypeError("No port"))),
    new StepError("serve images", new TypeError("No port")),
  );
});

Deno.test("optional() tells and goes on, now and later", async () => {
  const log = memoryLog();
  const { optional } = createSteps();
  assert.equal(optional("feed", log, () => 1), 1);
  assert.equal(optional("feed", log, () => JSON.parse("{")), undefined);
  assert.equal(await optional("feed", log, () => Promise.reject(new TypeError("No dog"))), undefined);
  assert.match(log.lines[0]!, /^feed: .*JSON.*, going on without$/);
  assert.equal(log.lines[1], "feed: No dog, going on without");
});

Deno.test("createSteps() lets a test break any step", () => {
  const { required } = createSteps((name) => {
    if (name === "name the host") throw new TypeError("broken");
  });
  assert.equal(required("mount", () => true), true);
  assert.throws(() => required("name the host", () => true), { message: "name the host: broken" });
});
