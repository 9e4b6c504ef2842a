import assert from "node:assert/strict";
import { WireError, WireReader, WireWriter } from "./wire.ts";

/** Reads hexadecimal digits. */
function read(signature: string, hex: string) {
  const reader = new WireReader(Uint8Array.fromHex(hex.replaceAll(" ", "")));
  const values = reader.read(signature);
  assert(reader.done);
  return values;
}

Deno.test("WireReader reads each type of the specification, where its alignment puts it", () => {
  assert.deepEqual(read("ybnqiu", "01 000000 01000000 ffff feff ffffffff ffffffff"), [
    1,
    true,
    -1,
    65534,
    -1,
    2 ** 32 - 1,
  ]);
  assert.deepEqual(read("yxtd", "01 00000000000000 feffffffffffffff ffffffffffffffff 000000000000f83f"), [
    1,
    -2n,
    2n ** 64n - 1n,
    1.5,
  ]);
  assert.deepEqual(read("ysog", "01 000000 02000000 c3a4 00 00 01000000 2f 00 01 73 00"), [1, "ä", "/", "s"]);
  assert.deepEqual(read("h", "07000000"), [7]);
});

Deno.test("WireReader reads containers, one in the other", () => {
  assert.deepEqual(read("au", "08000000 01000000 02000000"), [[1, 2]]);
  assert.deepEqual(read("at", "00000000 00000000"), [[]]);
  assert.deepEqual(read("y(yu)", "01 00000000000000 02 000000 03000000"), [1, [2, 3]]);
  assert.deepEqual(read("a{sv}", "10000000 00000000 01000000 61 00 01 75 00 000000 05000000"), [[[
    "a",
    5,
  ]]]);
  assert.deepEqual(read("v", "02 6179 00 03000000 010203"), [[1, 2, 3]]);
});

Deno.test("WireReader takes nothing on trust", () => {
  for (
    const [signature, hex, why] of [
      ["u", "010000", /ends behind/],
      ["yu", "01 000100 01000000", /padding/],
      ["b", "02000000", /boolean/],
      ["s", "02000000 6869", /ends behind/],
      ["s", "02000000 686901", /NUL/],
      ["s", "02000000 680000", /NUL/],
      ["s", "01000000 ff00", /UTF-8/],
      ["s", "ffffffff 6869", /ends behind/],
      ["au", "06000000 01000000 0200", /behind/],
      ["au", "ffffffff 01000000", /behind/],
      ["v", "02 7575 00 00000000", /variant/],
      ["v", "00 00", /signature/],
      ["v", `${"017600".repeat(20)} 017900 00`, /deep/],
      ["a".repeat(30) + "y", "00000000", /signature/],
      ["(".repeat(30) + "y" + ")".repeat(30), "00", /signature/],
      ["()", "", /signature/],
      ["(y", "00", /signature/],
      ["z", "00", /signature/],
    ] as const
  ) {
    assert.throws(
      () => read(signature, hex),
      (error) => error instanceof WireError && why.test(error.message),
      signature,
    );
  }
});

Deno.test("WireWriter writes what WireReader reads", () => {
  const bytes = new WireWriter().byte(1).uint32(2).uint64(3n).string("vier").signature("u").align(8).raw(
    new Uint8Array(8),
  )
    .bytes();
  assert.deepEqual(new WireReader(bytes).read("yutsgt"), [1, 2, 3n, "vier", "u", 0n]);
});
