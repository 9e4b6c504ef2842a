// PID 1 with a bug: kiOS as it is, but that the step or phase named by the file /etc/fault of the initrd throws. Each name
// is said on the console before.
import { boot } from "../../../init/main.ts";
import { KIOS } from "../../../init/node.ts";

/** Where stage 0 shows the initrd's /etc, before there is any other mount. */
const FAULT = Deno.readTextFileSync("/usr/share/kios/initrd/etc/fault").trim();

await boot({
  ...KIOS,
  beforeStep(name) {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\nstep: ${name}\r\n`));
    if (name === FAULT) throw new TypeError("injected");
  },
});
