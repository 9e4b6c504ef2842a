// deno-lint-ignore-file no-console -- what it prints is its result
// Rotates the log of a process that writes as fast as it can: rotation.ts <how often>
import { kill, mount, O_APPEND, O_CREAT, O_WRONLY, SIGNALS, spawn } from "../../../ffi/mod.ts";
import { makeGroups, startIn } from "../../../init/host/cgroups.ts";
import { createReaper } from "../../../init/services/reaper.ts";
import { rotate } from "../../../init/logs/rotation.ts";
import { takeSignals } from "../../../init/signals.ts";

const rotations = Number(Deno.args[0]);
const reaper = createReaper();
takeSignals({ SIGCHLD: reaper.sweep });
const alive = setInterval(() => {}, 1000);
const directory = Deno.makeTempDirSync();
mount(directory, { source: "cgroup2", type: "cgroup2" });
const root = `${directory}/kios-test-${crypto.randomUUID()}`;
const [home, group] = [`${root}/init`, `${root}/writer`];
makeGroups([home, group]);

const output = `${Deno.makeTempDirSync()}/writer.log`;
const limits = { size: 4000, keep: 2, interval: 1, freeze: 5, copy: 5 };
const pid = startIn(group, home, () =>
  spawn("/bin/sh", ["-c", "i=0; while :; do echo line $i; i=$((i+1)); done"], {
    files: [{ fd: 1, open: output, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600 }],
  }));
const exit = reaper.exitOf(pid);
let text = "";
for (let done = 0; done < rotations;) {
  if (!await rotate({ output, group }, limits)) continue;
  text += Deno.readTextFileSync(`${output}.1`);
  done++;
}
kill(pid, SIGNALS.SIGKILL);
await exit;
text += Deno.readTextFileSync(output);
const wrong = text.trimEnd().split("\n").findIndex((line, number) => line !== `line ${number}`);
console.log(wrong === -1 ? "every line once" : `line ${wrong} is not where it should be`);
console.log(`kept: ${[1, 2, 3].filter((number) => exists(`${output}.${number}`)).join(" ")}`);
Deno.writeTextFileSync(`${directory}/cgroup.procs`, "0");
for (const path of [home, group, root]) Deno.removeSync(path);
clearInterval(alive);
Deno.exit();

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
