import assert from "node:assert/strict";
import { keepMachineId } from "./machine_id.ts";

Deno.test("keepMachineId() replaces what is no machine-id, and says so", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/machine-id`;
  for (const text of ["", "\n", "0".repeat(32) + "\n", "A".repeat(32) + "\n", "a".repeat(31) + "\n", "\0\0\0"]) {
    await Deno.writeTextFile(path, text);
    const complaints: string[] = [];
    await keepMachineId(path, (complaint) => complaints.push(complaint));
    assert.deepEqual(complaints, [`"${path}" was no machine-id, it has been replaced`]);
    assert.match(await Deno.readTextFile(path), /^[0-9a-f]{32}\n$/);
    await Deno.chmod(path, 0o644);
  }
  assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["machine-id"]);
  await Deno.remove(directory, { recursive: true });
});
