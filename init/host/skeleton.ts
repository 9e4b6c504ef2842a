/**
 * What init puts into the places that are empty at each start.
 *
 * @module
 */

/** A directory, a symbolic link, or an empty file. */
export type Bone =
  | { directory: string; mode: number }
  | { link: string; to: string }
  | { file: string; mode: number };

/** What the programs of the host expect to find. */
export const SKELETON: readonly Bone[] = [
  // Holds the control socket and those of sd_notify: for root alone.
  { directory: "/run/kios", mode: 0o700 },
  { directory: "/run/kios/notify", mode: 0o700 },
  // /etc/resolv.conf points here; the DHCP pod replaces the file by renaming.
  { directory: "/run/resolvconf", mode: 0o755 },
  { file: "/run/resolvconf/resolv.conf", mode: 0o644 },
  { directory: "/run/lock", mode: 0o755 },
  { directory: "/var/log", mode: 0o755 },
  { directory: "/var/cache", mode: 0o755 },
  { directory: "/var/tmp", mode: 0o1777 },
  { link: "/var/run", to: "../run" },
  { directory: "/opt/cni", mode: 0o755 },
  { directory: "/opt/cni/bin", mode: 0o755 },
  // Pods that get credentials for registries put their programs here.
  { directory: "/opt/credential-providers", mode: 0o755 },
];

/**
 * Makes what is not there yet.
 *
 * @param bones What to make, in order.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const root = Deno.makeTempDirSync();
 * const bones = [{ directory: `${root}/run`, mode: 0o700 }, { link: `${root}/x`, to: "run" }];
 * makeSkeleton(bones);
 * makeSkeleton(bones);
 * assert.equal(Deno.readLinkSync(`${root}/x`), "run");
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function makeSkeleton(bones: readonly Bone[]): void {
  for (const bone of bones) {
    try {
      if ("directory" in bone) {
        Deno.mkdirSync(bone.directory);
        // mkdir(2) takes the umask off the mode.
        Deno.chmodSync(bone.directory, bone.mode);
      } else if ("link" in bone) {
        Deno.symlinkSync(bone.to, bone.link);
      } else {
        Deno.openSync(bone.file, {
          write: true,
          createNew: true,
          mode: bone.mode,
        }).close();
      }
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    }
  }
}
