import assert from "node:assert/strict";
import { compile } from "../testing.ts";

const program = await compile("hello/hello.c");

Deno.test({
  name: `hello answers on its port${program === undefined ? " (skipped: musl-gcc is missing)" : ""}`,
  ignore: program === undefined,
  async fn(t) {
    // A network of its own, so that the port is free; /proc stays the host's.
    const inside = `ip link set lo up
      "$HELLO" & hello=$!
      ask() { curl -s --retry 20 --retry-connrefused --retry-delay 0 "$@"; echo; }
      ask http://127.0.0.1:8080/json
      ask 'http://[::1]:8080/?x' | grep -o '<dd>[^<]*' | head -n 1
      ask -I -o /dev/null -w '%{http_code} %{content_type}' http://127.0.0.1:8080/
      ask -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/json/more
      ask -o /dev/null -w '%{http_code}' -X POST http://127.0.0.1:8080/
      kill $hello; wait $hello; echo $?`;
    const { stdout } = await new Deno.Command("unshare", {
      args: [...(Deno.uid() === 0 ? [] : ["-r"]), "-n", "sh", "-c", inside],
      env: { HELLO: program ?? "", NODE_NAME: "node<1>" },
      stderr: "null",
    }).output();
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");

    await t.step("/json tells the node, and what was when it began", () => {
      const answer = JSON.parse(lines[1] ?? "");
      assert.equal(answer.node, "node?1?");
      assert.equal(answer.kernel, Deno.osRelease());
      assert.ok(answer.startedAt > 0 && answer.startedAt <= answer.uptime);
      assert.ok(answer.memAvailable > 0 && answer.memAvailable <= answer.memTotal);
    });
    await t.step("/ is a page, over IPv6 too", () => assert.equal(lines[2], "<dd>node?1?"));
    await t.step("HEAD, unknown paths and other methods", () => {
      assert.deepEqual(lines.slice(3, 6), ["200 text/html; charset=utf-8", "404", "405"]);
    });
    await t.step("SIGTERM ends it", () => assert.equal(lines[6], "0"));
  },
});
