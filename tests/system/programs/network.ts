// deno-lint-ignore-file no-console -- what it prints is its result
// Brings lo up, leaves for another network namespace and comes back.
import { bringUp, close, IFF_UP, interfaceAddress, interfaceFlags, open, setns, unshare } from "../../../ffi/mod.ts";
import { CLONE_NEWNET } from "../../../ffi/mod.ts";

const isUp = () => (interfaceFlags("lo") & IFF_UP) !== 0;

console.log(`at first: ${isUp()}`);
bringUp("lo");
console.log(`brought up: ${isUp()} ${interfaceAddress("lo")}`);
const home = open("/proc/thread-self/ns/net", 0);
unshare(CLONE_NEWNET);
console.log(`elsewhere: ${isUp()}`);
setns(home, CLONE_NEWNET);
close(home);
console.log(`back: ${isUp()}`);
