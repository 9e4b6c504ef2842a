/**
 * Whether the USB still brings a disk: Documentation/ABI/testing/sysfs-bus-usb.
 *
 * @module
 */

/** Mass storage: https://www.usb.org/defined-class-codes */
const MASS_STORAGE = "08";
/** The type of a SCSI device that is a disk: SPC-4, peripheral device type. */
const DISK = "0";

/**
 * The uptime, in seconds, from which on a port tells the truth. Host controllers come while the kernel starts; then
 * their power has to be good and a connection stable for 100 ms before the kernel looks at it (`hub_activate`,
 * `hub_port_debounce` in drivers/usb/core/hub.c).
 */
const SETTLED = 2;

/** The states of a port in whose hub nothing is at work: usb_state_string() in drivers/usb/common/common.c. */
const AT_REST = ["not attached", "configured", "suspended", ""];

/** The names in a directory; none when there is no such directory. */
function names(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The text of a file; empty when it cannot be read. */
function text(path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return "";
  }
}

/** Whether a mass storage interface still brings its disk: it has none yet, and nothing that is no disk either. */
function bringsDisk(directory: string): boolean {
  const below = (path: string, pattern: RegExp) =>
    names(path).filter((name) => pattern.test(name)).map((name) => `${path}/${name}`);
  const units = below(directory, /^host\d+$/)
    .flatMap((host) => below(host, /^target/))
    .flatMap((target) => below(target, /^\d+:\d+:\d+:\d+$/));
  return units.length === 0 ||
    units.some((unit) => text(`${unit}/type`) === DISK && names(`${unit}/block`).length === 0);
}

/** Whether a hub's interface, such as `1-0:1.0`, has a port on which something is being set up. */
function isBusy(directory: string): boolean {
  return names(directory).filter((name) => /-port\d+$/.test(name))
    .some((port) => !AT_REST.includes(text(`${directory}/${port}/state`)));
}

/**
 * Tells whether a disk may still come. A machine without USB has nothing to wait for.
 *
 * @param directory The directory of the USB devices, /sys/bus/usb/devices.
 * @param uptime The time since the kernel's start, in seconds.
 * @returns Whether one may.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(usbIsComing("/nowhere", 60), false);
 * ```
 */
export function usbIsComing(directory: string, uptime: number): boolean {
  return names(directory).some((name) => {
    const path = `${directory}/${name}`;
    if (/^usb\d+$/.test(name)) return uptime < SETTLED;
    if (!name.includes(":")) return false;
    return text(`${path}/bInterfaceClass`) === MASS_STORAGE ? bringsDisk(path) : isBusy(path);
  });
}
