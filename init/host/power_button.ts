/**
 * The power button: an input device whose name says so.
 *
 * @module
 */

/** The name ACPI gives its power buttons: drivers/acpi/button.c. */
const NAME = "Power Button";

// struct input_event on 64 bits, <linux/input.h>: a struct timeval of 16
// bytes, then __u16 type, __u16 code, __s32 value.
const EVENT_SIZE = 24;
const TYPE = 16;
const CODE = 18;
const VALUE = 20;

// <linux/input-event-codes.h>
const EV_KEY = 1;
const KEY_POWER = 116;
const PRESSED = 1;

/**
 * Finds the power buttons.
 *
 * @param inputs The directory of the input devices.
 * @returns Their names below /dev/input.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(findPowerButtons("/nowhere"), []);
 * ```
 */
export function findPowerButtons(inputs: string): string[] {
  try {
    return [...Deno.readDirSync(inputs)].map(({ name }) => name)
      .filter((name) => /^event\d+$/.test(name))
      .filter((name) => Deno.readTextFileSync(`${inputs}/${name}/device/name`).trim() === NAME);
  } catch {
    return []; // A machine, or a kernel, without input devices.
  }
}

/**
 * Says whether an input event is the press of a power key.
 *
 * @param event The event's 24 bytes.
 * @returns Whether it is.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(isPowerPress(new DataView(new ArrayBuffer(24))), false);
 * ```
 */
export function isPowerPress(event: DataView): boolean {
  return event.getUint16(TYPE, true) === EV_KEY &&
    event.getUint16(CODE, true) === KEY_POWER &&
    event.getInt32(VALUE, true) === PRESSED;
}

/**
 * Calls `onPress` whenever a power button is pressed.
 *
 * @param device The input device's file.
 * @param onPress What is done.
 * @returns A promise for the moment the device is gone.
 * @throws {Deno.errors.NotFound} If there is no such device.
 *
 * @example Usage
 * ```ts
 * await watchPowerButton("/dev/null", () => {});
 * ```
 */
export async function watchPowerButton(
  device: string,
  onPress: () => void,
): Promise<void> {
  using file = Deno.openSync(device);
  const bytes = new Uint8Array(EVENT_SIZE);
  const event = new DataView(bytes.buffer);
  // The kernel hands out whole events only.
  while (await file.read(bytes) === EVENT_SIZE) {
    if (isPowerPress(event)) onPress();
  }
}
