// deno-lint-ignore-file no-console -- what it prints is its result
// Mounts, changes and unmounts a tmpfs, and says what /proc/self/mounts says.
import { mount, MS_BIND, MS_NODEV, MS_NOSUID, MS_RDONLY, MS_REMOUNT, umount } from "../../../ffi/mod.ts";

const target = Deno.makeTempDirSync();

function say(what: string): void {
  const line = Deno.readTextFileSync("/proc/self/mounts").split("\n")
    .find((text) => text.split(" ")[1] === target);
  console.log(`${what}: ${line?.replace(target, "T") ?? "nothing"}`);
}

mount(target, {
  source: "test",
  type: "tmpfs",
  flags: MS_NOSUID | MS_NODEV,
  data: "mode=0700",
});
say("mounted");
mount(target, { flags: MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID });
say("remounted");
umount(target);
say("unmounted");
Deno.removeSync(target);
