import { join } from "node:path";
import { mergeLayouts } from "../artefacts/oci_layout.ts";
import { SOURCE_DATE_EPOCH } from "../sandbox.ts";
import type { Table } from "../table.ts";
import type { Bench, Step } from "./step.ts";

/** The file system's UUID: it is of no use in a root that is never looked up, and a random one would change the bytes. */
const UUID = "6b696f73-0000-4000-8000-000000000000";

/** The folder the root is put together in. */
const ROOT = "/build/root";

/** What goes into the root. */
interface Contents {
  /** Folders whose content is copied to /. */
  trees: string[];
  /** Empty folders: mount points. */
  folders: string[];
  /** Files or folders by their path in the root. */
  files: Record<string, string>;
  /** Targets of symbolic links by the links' path. */
  symlinks: Record<string, string>;
  /** Existing files by the path of one more name for them. */
  hardlinks: Record<string, string>;
  /** Names of pods: the image and the manifest of job pod-NAME are taken. */
  pods: string[];
  /** More jobs that leave an OCI layout in `image`. */
  images: string[];
}

/**
 * `root`: puts the root file system together and makes an EROFS image of it.
 *
 * `mkfs` is the command that runs mkfs.erofs(1); `options` are its options for compression. Static pods go to
 * /etc/kubernetes/manifests, their images into one OCI layout in /usr/share/kios/images.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.root.step]]
 * [job.root.step.root]
 * mkfs = ["mkfs.erofs"]
 * options = ["-zlz4hc,12", "-C65536"]
 * trees = ["/files/root"]
 * folders = ["proc", "sys"]
 * pods = ["dhcp"]
 * files = { "bin/init" = "/needs/init/init" }
 * symlinks = { "proc/self/exe" = "/bin/init" }
 * ```
 */
export function parseRoot(table: Table): Step {
  const value = table.table("root");
  const mkfs = value.strings("mkfs");
  const options = value.strings("options", []);
  const contents: Contents = {
    trees: value.strings("trees", []),
    folders: value.strings("folders", []),
    files: value.record("files", {}),
    symlinks: value.record("symlinks", {}),
    hardlinks: value.record("hardlinks", {}),
    pods: value.strings("pods", []),
    images: value.strings("images", []),
  };
  value.finish();
  return {
    title: "root.erofs",
    key: { kind: "root", revision: 1, mkfs, options, contents },
    implies: { needs: [...contents.pods.map((pod) => `pod-${pod}`), ...contents.images] },
    run: async (bench) => {
      await layOut(bench, contents);
      await placePods(bench, contents);
      await makeErofs(bench, mkfs, options);
    },
  };
}

/** Copies, makes and links what the root consists of. */
async function layOut(bench: Bench, contents: Contents): Promise<void> {
  const copy = (from: string, to: string) => bench.run(["cp", "-R", "-P", "--preserve=mode,links", from, to]);
  await bench.run(["mkdir", "-p", ROOT, ...contents.folders.map((folder) => join(ROOT, folder))]);
  for (const tree of contents.trees) await copy(`${tree}/.`, ROOT);
  for (const [path, from] of Object.entries(contents.files)) {
    const isFolder = (await Deno.stat(bench.path(from))).isDirectory;
    await bench.run(["mkdir", "-p", join(ROOT, isFolder ? path : join(path, ".."))]);
    await copy(isFolder ? `${from}/.` : from, join(ROOT, path));
  }
  for (const [path, target] of Object.entries(contents.symlinks)) {
    await bench.run(["mkdir", "-p", join(ROOT, path, "..")]);
    await bench.run(["ln", "-s", target, join(ROOT, path)]);
  }
  for (const [path, target] of Object.entries(contents.hardlinks)) {
    await bench.run(["ln", join(ROOT, target), join(ROOT, path)]);
  }
}

/** Places the pods' manifests and merges all images into one layout. */
async function placePods(bench: Bench, contents: Contents): Promise<void> {
  const manifests = join(ROOT, "etc/kubernetes/manifests");
  await bench.run(["mkdir", "-p", manifests]);
  for (const pod of contents.pods) {
    await bench.run(["cp", `/needs/pod-${pod}/pod.yaml`, join(manifests, `${pod}.yaml`)]);
  }
  const jobs = [...contents.pods.map((pod) => `pod-${pod}`), ...contents.images];
  const layouts = jobs.map((job) => bench.path(`/needs/${job}/image`));
  await bench.run(["mkdir", "-p", join(ROOT, "usr/share/kios")]);
  await mergeLayouts(layouts, bench.path(join(ROOT, "usr/share/kios/images")));
}

/** Runs mkfs.erofs so that equal trees give equal bytes. */
async function makeErofs(bench: Bench, mkfs: string[], options: string[]): Promise<void> {
  const fixed = ["--quiet", "--all-root", `-T${SOURCE_DATE_EPOCH}`, `-U${UUID}`];
  await bench.run([...mkfs, ...fixed, ...options, "/out/root.erofs", ROOT]);
}
