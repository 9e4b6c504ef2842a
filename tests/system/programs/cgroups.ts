// deno-lint-ignore-file no-console -- what it prints is its result
// Starts a process in a control group, in a real cgroup2 hierarchy.
import { kill, mount, SIGNALS, spawn } from "../../../ffi/mod.ts";
import { makeGroups, startIn } from "../../../init/host/cgroups.ts";
import { createReaper } from "../../../init/services/reaper.ts";
import { takeSignals } from "../../../init/signals.ts";

const reaper = createReaper();
takeSignals({ SIGCHLD: reaper.sweep });
const alive = setInterval(() => {}, 1000);
const hierarchy = Deno.makeTempDirSync();
mount(hierarchy, { source: "cgroup2", type: "cgroup2" });
const root = `${hierarchy}/kios-test-${crypto.randomUUID()}`;
const [home, group] = [`${root}/init`, `${root}/runtime`];
makeGroups([home, group]);

function groupOf(pid: number | string): string | undefined {
  return Deno.readTextFileSync(`/proc/${pid}/cgroup`).split("\n")
    .find((line) => line.startsWith("0::"))?.replace(/.*\//, "");
}

const pid = startIn(group, home, () => spawn("/bin/sleep", ["1000"]));
console.log(`child: ${groupOf(pid)}`);
console.log(`self: ${groupOf("self")}`);
const exit = reaper.exitOf(pid);
kill(pid, SIGNALS.SIGKILL);
console.log(`signal: ${(await exit).signal}`);
Deno.writeTextFileSync(`${hierarchy}/cgroup.procs`, "0");
for (const directory of [home, group, root]) Deno.removeSync(directory);
clearInterval(alive);
Deno.exit();
