import assert from "node:assert/strict";
import { O_CREAT, O_RDONLY, O_WRONLY } from "./file.ts";
import { type Exit, kill, SIGNALS, spawn, waitForAny } from "./process.ts";

/** Waits until a child has ended: a test may block, PID 1 may not. */
function waitFor(pid: number): Exit {
  for (;;) {
    const exit = waitForAny();
    if (exit?.pid === pid) return exit;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Runs a program and returns what it printed. */
function outputOf(path: string, args: string[]): string {
  const file = Deno.makeTempFileSync();
  const pid = spawn(path, args, {
    env: { COLOUR: "red" },
    files: [
      { fd: 0, open: "/dev/null", flags: O_RDONLY },
      { fd: 1, open: file, flags: O_WRONLY | O_CREAT },
      { fd: 2, dup2: 1 },
    ],
  });
  assert.deepEqual(waitFor(pid), { pid, status: 0 });
  const text = Deno.readTextFileSync(file);
  Deno.removeSync(file);
  return text;
}

Deno.test("spawn() gives the child its arguments, environment and files, and no others", () => {
  assert.equal(
    outputOf("/bin/sh", ["-c", "echo $COLOUR $HOME $1 >&2", "sh", "a b"]),
    "red a b\n",
  );
});

Deno.test("spawn() gives the child default signals and a session of its own", () => {
  const status = outputOf("/bin/cat", ["/proc/self/status"]);
  assert.match(status, /SigBlk:\t0{16}\nSigIgn:\t0{16}/);
  const [pid, , , , session] = outputOf("/bin/cat", ["/proc/self/stat"])
    .split(" ").toSpliced(1, 1);
  assert.equal(session, pid);
});

Deno.test("spawn() keeps its strings while many are started", () => {
  const long = "x".repeat(10_000);
  for (let i = 0; i < 50; i++) {
    assert.equal(outputOf("/bin/echo", [long, `${i}`]), `${long} ${i}\n`);
  }
});

Deno.test("waitForAny() tells a signal from a status, and a running child from none", () => {
  const pid = spawn("/bin/sleep", ["1000"]);
  assert.equal(waitForAny(), undefined);
  kill(pid, SIGNALS.SIGKILL);
  assert.deepEqual(waitFor(pid), { pid, signal: SIGNALS.SIGKILL });
  assert.throws(() => waitForAny(), { code: "ECHILD" });
});

Deno.test("spawn() says which file of the child cannot be opened", () => {
  assert.throws(
    () =>
      spawn("/bin/true", [], {
        files: [{ fd: 0, open: "/nowhere/x", flags: O_RDONLY }],
      }),
    { syscall: "posix_spawn", code: "ENOENT" },
  );
});
