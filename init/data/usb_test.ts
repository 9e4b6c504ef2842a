import assert from "node:assert/strict";
import { usbIsComing } from "./usb.ts";

/** Whether a disk may still come, of a machine whose /sys/bus/usb/devices holds these files. */
function isComing(files: Record<string, string>, uptime = 60): boolean {
  const root = Deno.makeTempDirSync();
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    Deno.writeTextFileSync(`${root}/${path}`, `${text}\n`);
  }
  const result = usbIsComing(root, uptime);
  Deno.removeSync(root, { recursive: true });
  return result;
}

const HUB = { "usb1/speed": "480", "1-0:1.0/bInterfaceClass": "09" };
const STORAGE = { "1-1:1.0/bInterfaceClass": "08" };
const UNIT = "1-1:1.0/host6/target6:0:0/6:0:0:0";

Deno.test("usbIsComing() does not wait for a machine at rest", () => {
  assert.equal(isComing({}), false);
  assert.equal(isComing({ ...HUB, "1-0:1.0/usb1-port1/state": "not attached" }), false);
  assert.equal(isComing({ ...HUB, "1-0:1.0/usb1-port1/state": "configured", "1-1:1.0/bInterfaceClass": "03" }), false);
});

Deno.test("usbIsComing() waits for a port that is being set up, and for young hubs", () => {
  assert.equal(isComing({ ...HUB, "1-0:1.0/usb1-port1/state": "powered" }), true);
  assert.equal(isComing({ ...HUB, "1-0:1.0/usb1-port1/state": "addressed" }), true);
  assert.equal(isComing(HUB, 0.7), true);
  assert.equal(isComing({}, 0.7), false);
});

Deno.test("usbIsComing() waits for the disk of a mass storage device, and not for what is no disk", () => {
  assert.equal(isComing(STORAGE), true);
  assert.equal(isComing({ ...STORAGE, "1-1:1.0/host6/scsi_host/x": "" }), true);
  assert.equal(isComing({ ...STORAGE, [`${UNIT}/type`]: "0" }), true);
  assert.equal(isComing({ ...STORAGE, [`${UNIT}/type`]: "0", [`${UNIT}/block/sda/size`]: "0" }), false);
  assert.equal(isComing({ ...STORAGE, [`${UNIT}/type`]: "5" }), false); // a CD drive
});
