import assert from "node:assert/strict";
import { times } from "../scale.ts";
import { programCommand, runAsInit } from "./namespace.ts";

Deno.test({
  name: "rotate() loses no line of a process that writes as fast as it can, and writes none twice",
  ignore: Deno.uid() !== 0,
  async fn() {
    const { stdout, stderr } = await runAsInit([...programCommand("rotation.ts"), `${times(100, 2000)}`]);
    assert.equal(stdout, "every line once\nkept: 1 2\n", stderr);
  },
});
