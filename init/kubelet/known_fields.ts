/** A line that begins with a key: of the whole, not of a part. */
const KEY = /^(["']?)([A-Za-z][\w.-]*)\1\s*:(?:\s|$)/;

/** Every object has these. */
const OF_EVERY_OBJECT = ["apiVersion", "kind"];

/** How many are told of one file. */
const MOST = 3;

/**
 * Finds fields of a YAML text that nobody knows: the kubelet itself passes over them without a word. Only those of the
 * whole are looked at, each on a line of its own.
 *
 * @param text The text.
 * @param known The fields that are known.
 * @param source What the log calls the text.
 * @returns Complaints.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(unknownFields("kind: K\nmaxPods: 5\nmaxPodz: 6\n", ["maxPods"], "config.yaml"), [
 *   'config.yaml line 3: the kubelet passes over "maxPodz", which it does not know; it knows "maxPods"',
 * ]);
 * ```
 */
export function unknownFields(text: string, known: readonly string[], source: string): string[] {
  const fields = new Set([...OF_EVERY_OBJECT, ...known]);
  const complaints: string[] = [];
  text.split("\n").forEach((line, index) => {
    const [, , field] = KEY.exec(line) ?? [];
    if (field === undefined || fields.has(field) || complaints.length === MOST) return;
    const near = known.find((other) => isNear(field, other));
    complaints.push(
      `${source} line ${index + 1}: the kubelet passes over "${field.slice(0, 80)}", which it does not know` +
        (near === undefined ? "" : `; it knows "${near}"`),
    );
  });
  return complaints;
}

/** Whether one slip of the finger makes one of the other: a letter more, less, or another, or the case of all. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  return a.slice(from + 1) === b.slice(from + 1) || a.slice(from) === b.slice(from + 1) ||
    a.slice(from + 1) === b.slice(from);
}
