// deno-lint-ignore-file no-console -- what it prints is its result
// Starts children that leave orphans, and reaps them all.
import { spawn } from "../../../ffi/mod.ts";
import { createReaper } from "../../../init/services/reaper.ts";
import { takeSignals } from "../../../init/signals.ts";

const reaper = createReaper();
takeSignals({ SIGCHLD: reaper.sweep });
const alive = setInterval(() => {}, 1000);
const children = Array.from({ length: 20 }, () => spawn("/bin/sh", ["-c", "(sleep 0.1 &) ; (sleep 0.2 &) ; exit 3"]));
const exits = await Promise.all(children.map(reaper.exitOf));
console.log(exits.every(({ status }) => status === 3));
await reaper.childless();
const left = [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name));
console.log(left.map(({ name }) => name).join());
clearInterval(alive);
Deno.exit();
