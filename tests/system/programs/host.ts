// deno-lint-ignore-file no-console -- what it prints is its result
// Renames the host, leaves for a mount namespace, and changes its root.
import { chroot, CLONE_FS, CLONE_NEWNS, close, open, sethostname, setns, unshare } from "../../../ffi/mod.ts";

sethostname("node-7");
console.log(Deno.hostname());

const namespace = () => Deno.readLinkSync("/proc/thread-self/ns/mnt");
const first = namespace();
const home = open("/proc/thread-self/ns/mnt", 0);
unshare(CLONE_FS | CLONE_NEWNS);
console.log(`left: ${namespace() !== first}`);
setns(home, CLONE_NEWNS);
close(home);
console.log(`back: ${namespace() === first}`);

const root = Deno.makeTempDirSync();
Deno.mkdirSync(`${root}/inside`);
chroot(root);
console.log([...Deno.readDirSync("/")].map(({ name }) => name).join());
