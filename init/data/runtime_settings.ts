/**
 * The runtime's settings that depend on where its files lie. Its configuration imports them:
 * root/etc/containerd/config.toml.
 *
 * What a later file says there can turn a setting on, but not off: containerd merges an empty value, `false` too, as
 * if it were not there (`mergeConfig` in containerd's cmd/containerd/server/config/config.go).
 *
 * @module
 */

import type { DataState } from "./partition.ts";

/** The settings. */
export interface RuntimeSettings {
  /** The file they are written to, in a directory of its own. */
  file: string;
  /** The settings for files in RAM. */
  ram: string;
  /** The settings for files on a disk. */
  disk: string;
}

/** containerd's. */
export const CONTAINERD_SETTINGS: RuntimeSettings = {
  file: "/run/kios/containerd/state.toml",
  ram: `version = 4

# The images lie in RAM: there is nothing a sync could save.
[plugins.'io.containerd.metadata.v1.bolt']
  no_sync = true
`,
  disk: `version = 4

# An image counts as pulled when its files are on the disk, or a cut of the power leaves empty ones behind.
[plugins.'io.containerd.cri.v1.images']
  image_pull_with_sync_fs = true
`,
};

/**
 * Writes the settings.
 *
 * @param settings The settings.
 * @param state Where what is to be kept is kept.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const directory = await Deno.makeTempDir();
 * const settings = { file: `${directory}/containerd/state.toml`, ram: "a", disk: "b" };
 * writeRuntimeSettings(settings, "disk");
 * assert.equal(await Deno.readTextFile(settings.file), "b");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export function writeRuntimeSettings(settings: RuntimeSettings, state: DataState): void {
  const { file, ram, disk } = settings;
  Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(file, state === "disk" ? disk : ram);
}
