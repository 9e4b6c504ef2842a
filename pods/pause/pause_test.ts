import assert from "node:assert/strict";
import { compile } from "../testing.ts";

const program = await compile("pause/pause.c");

Deno.test({
  name: `pause reaps as PID 1, and ends on SIGTERM${program === undefined ? " (skipped: musl-gcc is missing)" : ""}`,
  ignore: program === undefined,
  async fn() {
    // The shell leaves an orphan that ends at once, then becomes pause.
    const inside = `(sleep 0.1 & sleep 0.1 &); exec "$PAUSE"`;
    const outside = `
      "$@" & holder=$!
      first=
      until [ -n "$first" ] && [ "$(cat /proc/$first/comm)" = program ]; do
        first=$(cat /proc/$holder/task/$holder/children | tr -d ' ')
      done
      until [ -z "$(cat /proc/$first/task/$first/children)" ]; do :; done
      kill -TERM $first; wait $holder; echo "$?"`;
    const user = Deno.uid() === 0 ? [] : ["-r"];
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", outside, "sh", "unshare", ...user, "-pf", "--mount-proc", "sh", "-c", inside],
      env: { PAUSE: program ?? "" },
      stderr: "null",
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "0");
  },
});
