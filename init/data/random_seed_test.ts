import assert from "node:assert/strict";
import { keepSeed, takeSeed } from "./random_seed.ts";

Deno.test("takeSeed() counts a seed only when another has taken its place on the disk", async () => {
  const root = await Deno.makeTempDir();
  const places = { file: "random-seed", pool: "/dev/urandom" };
  const old = new Uint8Array(512).fill(7);
  await Deno.writeFile(`${root}/random-seed`, old);
  let onDisk: Uint8Array | undefined;
  await takeSeed(places, { state: "disk", target: root }, (bytes) => {
    assert.deepEqual(bytes, old);
    onDisk = Deno.readFileSync(`${root}/random-seed`);
  });
  assert.equal(onDisk!.length, 512);
  assert.notDeepEqual(onDisk, old);
  assert.equal((await Deno.stat(`${root}/random-seed`)).mode! & 0o777, 0o600);
  await Deno.remove(root, { recursive: true });
});

Deno.test("takeSeed() replaces a seed that is not whole and does not count it", async () => {
  const root = await Deno.makeTempDir();
  const places = { file: "random-seed", pool: "/dev/urandom" };
  for (const size of [0, 511, 513]) {
    await Deno.writeFile(`${root}/random-seed`, new Uint8Array(size));
    assert.equal(
      await takeSeed(places, { state: "disk", target: root }, () => assert.fail(`a seed of ${size} bytes was counted`)),
      false,
    );
    assert.equal((await Deno.stat(`${root}/random-seed`)).size, 512);
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("takeSeed() and keepSeed() leave a partition alone that takes no writes", async () => {
  const root = await Deno.makeTempDir();
  const places = { file: "random-seed", pool: "/dev/urandom" };
  await Deno.writeFile(`${root}/random-seed`, new Uint8Array(512));
  const never = () => assert.fail("a seed was counted that stays");
  assert.equal(await takeSeed(places, { state: "read-only", target: root }, never), false);
  await keepSeed(places, { state: "read-only", target: root });
  assert.deepEqual(await Deno.readFile(`${root}/random-seed`), new Uint8Array(512));
  await Deno.remove(root, { recursive: true });
});
