/** Which partition is wanted. */
export type DataChoice =
  | { by: "type" }
  | { by: "device" | "uuid" | "partuuid"; value: string }
  | { by: "none" };

/** A GUID as people write it. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads `datapart=` of the kernel's command line.
 *
 * @param word What follows the equals sign; nothing when the word is not there.
 * @returns Which partition is wanted, or nothing when the word says nothing.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseDataChoice(undefined), { by: "type" });
 * assert.deepEqual(parseDataChoice("/dev/vda2"), { by: "device", value: "vda2" });
 * assert.equal(parseDataChoice("LABEL=data"), undefined);
 * ```
 */
export function parseDataChoice(word: string | undefined): DataChoice | undefined {
  if (word === undefined) return { by: "type" };
  if (word === "none") return { by: "none" };
  const [, device] = /^\/dev\/([\w.-]+)$/.exec(word) ?? [];
  if (device !== undefined) return { by: "device", value: device };
  const [, name, value = ""] = /^(UUID|PARTUUID)=(.*)$/s.exec(word) ?? [];
  if (name === undefined || !GUID.test(value.toLowerCase())) return undefined;
  return { by: name === "UUID" ? "uuid" : "partuuid", value: value.toLowerCase() };
}
