import type { DiskStatus, NodeStatus } from "../control/status.ts";
import type { ServiceStatus } from "../services/supervisor.ts";

/** The width of the narrowest terminal, less the column in which writing begins to wrap. */
const WIDTH = 79;

/** What a font of the kernel's may not have, or a terminal would obey. */
const UNPRINTABLE = /[^\x20-\x7e]/g;

/** The number of lines the status takes. */
export const STATUS_HEIGHT = 7;

/** Writes a number of bytes. */
function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

/** Says what a service is at. */
function describeService({ name, state, starts }: ServiceStatus): string {
  return `${name} ${state}${starts > 1 ? ` (${starts} starts)` : ""}`;
}

/** Says where what is to be kept is kept. */
function describeDisk({ device, state, reason, size, free }: DiskStatus): string {
  const where = state === "ram" ? "none, all is in RAM" : `${device}${state === "disk" ? "" : ", read-only"}`;
  const room = size === null || free === null ? "" : `, ${gigabytes(free)} of ${gigabytes(size)} GB free`;
  return `${where}${state === "ram" ? "" : room}${reason === null ? "" : `: ${reason}`}`;
}

/** Cuts a line to the terminal's width. */
function fit(line: string): string {
  const printable = line.replaceAll(UNPRINTABLE, "?");
  return printable.length <= WIDTH ? printable : `${printable.slice(0, WIDTH - 3)}...`;
}

/**
 * Writes the status of a node the way its consoles show it.
 *
 * @param status The status.
 * @returns {@linkcode STATUS_HEIGHT} lines of at most 79 ASCII characters, the last of them a rule.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { NO_DISK } from "../control/status.ts";
 *
 * const [first] = statusLines({
 *   version: "0.1.0",
 *   hostname: "node-7",
 *   uptime: 3,
 *   mode: "standalone",
 *   addresses: [],
 *   services: [],
 *   pods: { running: 0, wanted: 0 },
 *   disk: NO_DISK,
 *   lastProblem: null,
 * });
 * assert.equal(first, "kiOS 0.1.0 on node-7, standalone");
 * ```
 */
export function statusLines(status: NodeStatus): string[] {
  const { version, hostname, mode, services, pods, disk, lastProblem } = status;
  const addresses = status.addresses.map(({ interface: name, address }) => `${name} ${address}`);
  return [
    `kiOS ${version} on ${hostname}, ${mode === "cluster" ? "in a cluster" : "standalone"}`,
    `addresses  ${addresses.join(", ") || "none yet"}`,
    `services   ${services.map(describeService).join(", ")}`,
    `pods       ${pods.running} of ${pods.wanted} running`,
    `data disk  ${describeDisk(disk)}`,
    `problem    ${lastProblem ?? "none"}`,
    "-".repeat(WIDTH),
  ].map(fit);
}
