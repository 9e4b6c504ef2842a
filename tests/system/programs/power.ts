// Ends its PID namespace by reboot(2).
import { RB_AUTOBOOT, RB_POWER_OFF, reboot } from "../../../ffi/mod.ts";

reboot(Deno.args[0] === "off" ? RB_POWER_OFF : RB_AUTOBOOT);
setInterval(() => {}, 1000);
