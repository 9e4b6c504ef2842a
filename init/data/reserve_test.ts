import assert from "node:assert/strict";
import { makeReserve, releaseReserve } from "./reserve.ts";

const SIZE = 160 * 4096;
const room = (free: number, readOnly = false) => ({ size: SIZE, free, available: free, readOnly });
const RESERVE = 10 * 4096;

Deno.test("a reserve is made where there is ample room only, whole, and once", async () => {
  const path = `${await Deno.makeTempDir()}/reserve`;
  await makeReserve(path, () => room(4 * RESERVE - 1));
  await makeReserve(path, () => room(SIZE, true));
  await makeReserve(path, () => room(SIZE), () => false);
  await assert.rejects(Deno.stat(path));
  await Deno.writeFile(path, new Uint8Array(100)); // of a start that was cut short
  await makeReserve(path, () => room(SIZE));
  await makeReserve(path, () => room(SIZE));
  assert.equal((await Deno.stat(path)).size, RESERVE);
});

Deno.test("a reserve is given free when there is less room than it takes", async () => {
  const path = await Deno.makeTempFile();
  assert.equal(await releaseReserve(path, room(RESERVE)), false);
  await Deno.stat(path);
  assert.equal(await releaseReserve(path, room(RESERVE - 1)), true);
  assert.equal(await releaseReserve(path, room(0)), false);
});
