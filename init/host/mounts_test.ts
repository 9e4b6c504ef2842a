import assert from "node:assert/strict";
import { type MountOptions, MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_REMOUNT, SyscallError } from "../../ffi/mod.ts";
import { KEPT, keptMounts } from "../data/kept.ts";
import { FIRST_MOUNTS, LATER_MOUNTS, mountAll } from "./mounts.ts";

const DEVICES = ["/dev", "/dev/pts"];
const PROGRAMS = ["/", "/opt", "/var/lib/containerd", "/var/lib/kubelet"];

const kept = (state: "ram" | "disk") =>
  keptMounts(KEPT.places, { state, target: "/var/lib/kios", hasModules: state === "disk" });
const table = [...FIRST_MOUNTS, ...kept("ram"), ...kept("disk"), ...LATER_MOUNTS];
const named = table.filter(({ target, flags }) => target !== "/" || (flags & MS_NOSUID));

Deno.test("every mount of the host is nosuid, and nodev or /dev, and noexec or for programs", () => {
  for (const { target, flags } of named) {
    assert(flags & MS_NOSUID, `${target} is nosuid`);
    assert(flags & MS_NODEV || DEVICES.includes(target), `${target} is nodev`);
    assert(
      flags & MS_NOEXEC || PROGRAMS.includes(target),
      `${target} is noexec`,
    );
  }
});

Deno.test("every mount lies below one that is mounted before it", () => {
  const mounted = ["/"];
  for (const { target } of table) {
    assert(mounted.some((path) => target.startsWith(path)), target);
    mounted.push(target);
  }
});

Deno.test("mountAll() mounts in order and makes what it needs", () => {
  const root = Deno.makeTempDirSync();
  const calls: [string, MountOptions | undefined][] = [];
  const complaints = mountAll([
    { target: `${root}/a`, type: "tmpfs", flags: 2, data: "mode=0700" },
    { target: `${root}/a`, flags: 1, directories: [`${root}/b/c`] },
  ], (target, options) => calls.push([target, options]));
  assert.deepEqual(complaints, []);
  assert.deepEqual(calls, [
    [`${root}/a`, {
      flags: 2,
      type: "tmpfs",
      source: "tmpfs",
      data: "mode=0700",
    }],
    [`${root}/a`, { flags: 1 }],
  ]);
  assert(Deno.statSync(`${root}/b/c`).isDirectory);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("mountAll() gives a bind mount its own flags", () => {
  const target = Deno.makeTempDirSync();
  const calls: (MountOptions | undefined)[] = [];
  mountAll([{ target, source: "/from", flags: MS_NODEV }], (_, options) => calls.push(options));
  assert.deepEqual(calls, [
    { source: "/from", flags: MS_BIND },
    { flags: MS_BIND | MS_REMOUNT | MS_NODEV },
  ]);
  Deno.removeSync(target, { recursive: true });
});

Deno.test("mountAll() goes on without an optional mount, and fails without another", () => {
  const root = Deno.makeTempDirSync();
  const refuse = (target: string) => {
    throw new SyscallError("mount", { errno: 19, code: "ENODEV", path: target });
  };
  const row = { target: `${root}/a`, type: "bpf", flags: 0 };
  assert.deepEqual(mountAll([{ ...row, optional: true }], refuse), [
    `Cannot mount "${root}/a": ENODEV`,
  ]);
  assert.throws(() => mountAll([row], refuse), { code: "ENODEV" });
  Deno.removeSync(root, { recursive: true });
});
