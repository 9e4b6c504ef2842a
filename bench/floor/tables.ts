/**
 * Writes init's own tables as a C header, so that the floor cannot do less than init, or other things.
 *
 * @module
 */

import { LIMITS } from "../../init/host/limits.ts";
import type { Mount } from "../../init/host/mounts.ts";
import { KIOS } from "../../init/node.ts";
import type { Bone } from "../../init/host/skeleton.ts";
import type { Service } from "../../init/services/supervisor.ts";

/** A C string literal; what JSON escapes, C escapes alike in the ASCII that the tables are. */
function text(value: string | undefined): string {
  return value === undefined ? "NULL" : JSON.stringify(value);
}

function list(values: readonly string[]): string {
  return `(const char *const[]){ ${[...values.map(text), "NULL"].join(", ")} }`;
}

function table(type: string, name: string, rows: readonly string[]): string {
  return `static const struct ${type} ${name}[] = {\n${rows.map((row) => `\t{ ${row} },\n`).join("")}};\n`;
}

function mountRow({ target, type, flags, data, directories = [] }: Mount): string {
  return `${text(target)}, ${text(type)}, ${flags}, ${text(data)}, ${list(directories)}`;
}

function boneRow(bone: Bone): string {
  if ("directory" in bone) return `DIRECTORY, ${text(bone.directory)}, NULL, ${bone.mode}`;
  if ("link" in bone) return `LINK, ${text(bone.link)}, ${text(bone.to)}, 0`;
  return `FILE_, ${text(bone.file)}, NULL, ${bone.mode}`;
}

function serviceRow({ name, path, args, env, output, group, notifySocket }: Service): string {
  const words = Object.entries({ ...env, NOTIFY_SOCKET: notifySocket }).map(([key, value]) => `${key}=${value}`);
  return [text(name), text(path), list([path, ...args]), list(words), ...[output, group, notifySocket].map(text)]
    .join(", ");
}

/**
 * The header.
 *
 * @returns Its text
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.match(tables(), /"\/proc", "proc"/);
 * ```
 */
export function tables(): string {
  return [
    `#define CGROUP_ROOT ${text(KIOS.cgroupRoot)}\n#define INIT_GROUP ${text(KIOS.initGroup)}\n`,
    table("mount_row", "first_mounts", KIOS.firstMounts.map(mountRow)),
    table("mount_row", "later_mounts", KIOS.laterMounts.map(mountRow)),
    table("bone", "skeleton", KIOS.skeleton.map(boneRow)),
    table("setting", "settings", Object.entries(KIOS.sysctls).map(([name, value]) => `${text(name)}, ${text(value)}`)),
    table("limit", "limits", LIMITS.map(({ resource, soft, hard }) => `${resource}, ${soft}ull, ${hard}ull`)),
    table("service", "services", [KIOS.runtime, KIOS.kubelet].map(serviceRow)),
  ].join("\n");
}

if (import.meta.main) Deno.stdout.writeSync(new TextEncoder().encode(tables()));
