import assert from "node:assert/strict";
import { memoryLog } from "../log.ts";
import { createReaper } from "../services/reaper.ts";
import { runProgram } from "../services/run_program.ts";
import { unmountAll } from "./unmount.ts";

const TABLE = `\
/root.erofs / erofs ro 0 0
none /usr/share/kios/initrd/etc rootfs ro 0 0
devtmpfs /dev devtmpfs rw 0 0
tmpfs /dev/shm tmpfs rw 0 0
tmpfs /var tmpfs rw 0 0
/dev/vda1 /var/lib/kios ext4 rw 0 0
/dev/vda1 /var/log ext4 rw 0 0
overlay /etc overlay rw 0 0
tmpfs /opt tmpfs rw 0 0
/dev/vdb /var/lib/kubelet/pods/a\\040b ext4 rw 0 0
`;

/** A reaper that looks by itself, as no signal tells it here. */
function lookingReaper(): { reaper: ReturnType<typeof createReaper>; end(): void } {
  const reaper = createReaper();
  const timer = setInterval(reaper.sweep, 5);
  return { reaper, end: () => clearInterval(timer) };
}

/** Writes programs that unmount and mount what a table in `root` says, but for what is busy. */
function fakePrograms(root: string, busy: string): { mounts: string; umount: string; mount: string; output: string } {
  const [mounts, umount, mount] = [`${root}/mounts`, `${root}/umount`, `${root}/mount`];
  Deno.writeTextFileSync(mounts, TABLE);
  const target = `target=$(printf %s "$1" | sed 's/ /\\\\\\\\040/g')`;
  const lines = [
    "#!/bin/sh",
    `if [ "$1" = "${busy}" ]; then echo "umount: $1: Device or resource busy" >&2; exit 32; fi`,
    target,
    `grep -v " $target " ${mounts} >${root}/rest; mv ${root}/rest ${mounts}`,
    `echo "$1" >>${root}/done`,
  ];
  Deno.writeTextFileSync(umount, `${lines.join("\n")}\n`, { mode: 0o755 });
  Deno.writeTextFileSync(mount, `#!/bin/sh\necho "$@" >>${root}/done\n`, { mode: 0o755 });
  return { mounts, umount, mount, output: `${root}/output` };
}

Deno.test("unmountAll() takes apart what lies on others first, and leaves the system's own", async () => {
  const root = Deno.makeTempDirSync();
  const { reaper, end } = lookingReaper();
  const log = memoryLog();
  await unmountAll({ ...fakePrograms(root, "none"), reaper, log });
  end();
  assert.deepEqual(Deno.readTextFileSync(`${root}/done`).trim().split("\n"), [
    "/var/lib/kubelet/pods/a b",
    "/opt",
    "/etc",
    "/var/log",
    "/var/lib/kios",
  ]);
  assert.deepEqual(log.lines, ["/dev/vdb unmounted", "/dev/vda1 unmounted"]);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("unmountAll() makes a busy disk read-only, and says so", async () => {
  const root = Deno.makeTempDirSync();
  const { reaper, end } = lookingReaper();
  const log = memoryLog();
  await unmountAll({ ...fakePrograms(root, "/var/lib/kios"), reaper, log });
  end();
  assert.equal(Deno.readTextFileSync(`${root}/done`).trim().split("\n").at(-1), "-o remount,ro /var/lib/kios");
  assert.deepEqual(log.lines, [
    "umount: /var/lib/kios: Device or resource busy",
    '"/dev/vda1" is busy, made read-only',
    "/dev/vdb unmounted",
  ]);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("runProgram() kills what takes too long, and repeats what failed with its own words", async () => {
  const output = Deno.makeTempFileSync();
  const { reaper, end } = lookingReaper();
  const run = (script: string, limit: number) => runProgram("/bin/sh", ["-c", script], { reaper, limit, output });
  assert.equal(await run("exec sleep 1000", 0.05), "no answer in 0.05 s");
  assert.equal(await run("echo warning; echo no such disk >&2; exit 32", 10), "no such disk");
  assert.equal(await run("exit 1", 10), "exited with status 1");
  assert.equal(await run("true", 10), undefined);
  end();
  Deno.removeSync(output);
});
