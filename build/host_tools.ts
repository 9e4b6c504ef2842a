/**
 * The host's tools: what jobs run, by the Debian package that brings it.
 *
 * @module
 */
import { UserError } from "./errors.ts";
import { suggestion } from "./table.ts";

/** What shows that a Debian package is installed: a command, or a file where it brings none. */
type Evidence = { command: string } | { file: string };

/** Every host tool a job may ask for, by Debian package. */
const HOST_TOOLS: Record<string, Evidence> = {
  apt: { command: "apt-get" },
  bc: { command: "bc" },
  bison: { command: "bison" },
  bubblewrap: { command: "bwrap" },
  "coreutils": { command: "sha256sum" },
  cpio: { command: "cpio" },
  dpkg: { command: "dpkg-deb" },
  "dpkg-dev": { command: "dpkg-source" },
  "erofs-utils": { command: "mkfs.erofs" },
  flex: { command: "flex" },
  gcc: { command: "gcc" },
  kmod: { command: "depmod" },
  "libc6-dev": { file: "/usr/include/x86_64-linux-gnu/sys/types.h" },
  "libelf-dev": { file: "/usr/include/libelf.h" },
  "libseccomp-dev": { file: "/usr/include/seccomp.h" },
  "libssl-dev": { file: "/usr/include/openssl/ssl.h" },
  "linux-libc-dev": { file: "/usr/include/linux/version.h" },
  make: { command: "make" },
  mtools: { command: "mcopy" },
  "musl-tools": { command: "musl-gcc" },
  patch: { command: "patch" },
  perl: { command: "perl" },
  "pkg-config": { command: "pkg-config" },
  python3: { command: "python3" },
  "python3-pip": { command: "pip3" },
  rsync: { command: "rsync" },
  "xz-utils": { command: "xz" },
  zstd: { command: "zstd" },
};

/** Where commands are looked for. */
const COMMAND_FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Finds the version of each host tool, so that a job's key knows it.
 *
 * @param packages The Debian packages the tools come from
 * @param root The folder to look below, for tests
 * @returns The versions by package
 * @throws {UserError} naming all packages that are missing and the command that installs them
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok((await hostToolVersions(["make"])).make);
 * await assert.rejects(hostToolVersions(["mkae"]), /is no host tool/);
 * ```
 */
export async function hostToolVersions(packages: Iterable<string>, root: string = ""): Promise<Record<string, string>> {
  const wanted = [...new Set(packages)].sort();
  const missing = wanted.filter((name) => !isThere(evidenceOf(name), root));
  if (missing.length > 0) {
    throw new UserError(
      `Cannot build: missing on this machine: ${missing.join(", ")} (Debian packages)`,
      `Run: apt-get install ${missing.join(" ")}`,
    );
  }
  const known = await debianVersions(wanted);
  return Object.fromEntries(wanted.map((name) => [name, known.get(name) ?? "not from a Debian package"]));
}

/** What shows that a package is there. */
function evidenceOf(name: string): Evidence {
  const evidence = HOST_TOOLS[name];
  if (evidence) return evidence;
  throw new UserError(`"${name}" is no host tool that jobs can ask for`, suggestion(name, Object.keys(HOST_TOOLS)));
}

/** Whether the evidence is found. */
function isThere(evidence: Evidence, root: string): boolean {
  const paths = "file" in evidence ? [evidence.file] : COMMAND_FOLDERS.map((folder) => `${folder}/${evidence.command}`);
  return paths.some((path) => {
    try {
      return Deno.statSync(root + path).isFile;
    } catch {
      return false;
    }
  });
}

/** The installed versions dpkg knows; none on a machine without dpkg. */
async function debianVersions(packages: string[]): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  if (packages.length === 0) return versions;
  try {
    const args = ["-W", "-f", "${Package} ${Version}\n", ...packages];
    const { stdout } = await new Deno.Command("dpkg-query", { args, stderr: "null" }).output();
    for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
      const [name, version] = line.split(" ");
      if (name && version) versions.set(name, version);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return versions;
}
