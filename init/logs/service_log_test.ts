import assert from "node:assert/strict";
import { openAgain } from "../services/launch.ts";
import { lastLine } from "./service_log.ts";
import { CONTAINERD } from "../services/services.ts";

Deno.test("lastLine() tells what was said since the last start, if anything was", async () => {
  const output = Deno.makeTempFileSync();
  Deno.writeTextFileSync(output, "of an earlier process\n");
  await openAgain({ ...CONTAINERD, output }, 2);
  assert.equal(await lastLine(output), undefined);
  Deno.writeTextFileSync(output, "no such device\n", { append: true });
  assert.equal(await lastLine(output), "no such device");
  Deno.removeSync(output);
});

Deno.test("lastLine() has nothing to tell of a file that is not there", async () => {
  assert.equal(await lastLine("/nowhere/log"), undefined);
});
