/**
 * What a mount of the host may allow: docs/hardening.md.
 *
 * @module
 */
import assert from "node:assert/strict";

/** Mount points of containers and volumes, which belong to the pods. */
const OF_PODS = /^\/(run\/containerd\/|run\/netns\/|var\/lib\/kubelet\/pods\/|var\/lib\/containerd\/)/;

/** Where workloads bring programs. */
const MAY_EXECUTE = ["/opt", "/var/lib/containerd", "/var/lib/kubelet"];

/**
 * Checks that every mount of the host is nosuid; nodev, but below /dev; and noexec or read-only, but where workloads
 * bring programs.
 *
 * @param table The text of /proc/1/mountinfo
 * @returns The mount points that were checked
 */
export function checkMounts(table: string): string[] {
  const checked: string[] = [];
  for (const line of table.split("\n")) {
    const [, , , , point, flags] = line.split(" ") as [string, string, string, string, string, string];
    if (OF_PODS.test(`${point}/`) && !MAY_EXECUTE.includes(point)) continue;
    const options = flags.split(",");
    assert.ok(options.includes("nosuid"), line);
    if (!/^\/dev(\/|$)/.test(point)) assert.ok(options.includes("nodev"), line);
    if (!MAY_EXECUTE.includes(point) && !options.includes("ro")) assert.ok(options.includes("noexec"), line);
    checked.push(point);
  }
  return checked;
}
