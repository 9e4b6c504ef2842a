import assert from "node:assert/strict";
import { keepLogFile } from "./log_file.ts";
import { memoryLog } from "../log.ts";

/** The lines of a file without their times. */
function linesOf(path: string): string[] {
  return Deno.readTextFileSync(path).trim().split("\n").map((line) => line.replace(/^\S+ /, ""));
}

Deno.test("keepLogFile() keeps lines in order, in files that stay small", async () => {
  const path = `${Deno.makeTempDirSync()}/init.log`;
  const log = memoryLog();
  const kept = keepLogFile(log, { path, size: 400, keep: 2, queue: 100 });
  for (let number = 0; number < 40; number++) {
    log.write(`line ${number}`);
    await new Promise((done) => setTimeout(done, 5));
  }
  await kept.close(5);
  log.write("after the end");
  const files = [`${path}.2`, `${path}.1`, path].filter((file) => {
    try {
      return Deno.statSync(file).size < 600;
    } catch {
      return false;
    }
  });
  const lines = files.flatMap(linesOf);
  assert.deepEqual(lines, Array.from(lines, (_, index) => `line ${40 - lines.length + index}`));
  assert(lines.length > 15, `${lines.length}`);
});

Deno.test("keepLogFile() says how many lines a disk did not take", async () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/log/init.log`;
  Deno.writeTextFileSync(`${folder}/log`, "not a directory");
  const log = memoryLog();
  const kept = keepLogFile(log, { path, size: 1000, keep: 2, queue: 10 });
  log.write("lost");
  await new Promise((done) => setTimeout(done, 50));
  for (let number = 0; number < 15; number++) log.write("lost"); // ten wait, and five find no room
  await new Promise((done) => setTimeout(done, 50));
  Deno.removeSync(`${folder}/log`);
  log.write("kept");
  await kept.close(5);
  assert.deepEqual(linesOf(path), ["16 lines were lost here", "kept"]);
});
