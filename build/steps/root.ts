import { join } from "node:path";
import { mergeLayouts } from "../artefacts/oci_layout.ts";
import type { Table } from "../table.ts";
import type { Bench, Step } from "./step.ts";

/** What goes into the root. */
interface Contents {
  /** The folder it is put together in. */
  to: string;
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
  /** Jobs that leave an image which belongs to no manifest. */
  images: string[];
}

/**
 * `root`: puts a root file system together in a folder.
 *
 * Static pods go to /etc/kubernetes/manifests, their images into one OCI layout in /usr/share/kios/images.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.root.step]]
 * [job.root.step.root]
 * to = "/build/root"
 * trees = ["/files/root"]
 * folders = ["proc", "sys"]
 * pods = ["dhcp"]
 * files = { "bin/init" = "/needs/init/init" }
 * symlinks = { "proc/self/exe" = "/bin/init" }
 * ```
 */
export function parseRoot(table: Table): Step {
  const value = table.table("root");
  const contents: Contents = {
    to: value.string("to"),
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
    title: "root",
    key: { kind: "root", revision: 1, contents },
    implies: { needs: imageJobs(contents) },
    run: async (bench) => {
      await layOut(bench, contents);
      if (contents.pods.length + contents.images.length > 0) await placePods(bench, contents);
    },
  };
}

/** The jobs that leave the images. */
function imageJobs({ pods, images }: Contents): string[] {
  return [...pods.map((pod) => `pod-${pod}`), ...images];
}

/** Copies, makes and links what the root consists of. */
async function layOut(bench: Bench, contents: Contents): Promise<void> {
  const root = contents.to;
  const copy = (from: string, to: string) => bench.run(["cp", "-R", "-P", "--preserve=mode,links", from, to]);
  await bench.run(["mkdir", "-p", root, ...contents.folders.map((folder) => join(root, folder))]);
  for (const tree of contents.trees) await copy(`${tree}/.`, root);
  for (const [path, from] of Object.entries(contents.files)) {
    const isFolder = (await Deno.stat(bench.path(from))).isDirectory;
    await bench.run(["mkdir", "-p", join(root, isFolder ? path : join(path, ".."))]);
    await copy(isFolder ? `${from}/.` : from, join(root, path));
  }
  for (const [path, target] of Object.entries(contents.symlinks)) {
    await bench.run(["mkdir", "-p", join(root, path, "..")]);
    await bench.run(["ln", "-s", target, join(root, path)]);
  }
  for (const [path, target] of Object.entries(contents.hardlinks)) {
    await bench.run(["ln", join(root, target), join(root, path)]);
  }
}

/** Places the pods' manifests and merges all images into one layout. */
async function placePods(bench: Bench, contents: Contents): Promise<void> {
  const root = contents.to;
  const manifests = join(root, "etc/kubernetes/manifests");
  await bench.run(["mkdir", "-p", manifests]);
  for (const pod of contents.pods) {
    await bench.run(["cp", `/needs/pod-${pod}/pod.yaml`, join(manifests, `${pod}.yaml`)]);
  }
  const layouts = imageJobs(contents).map((job) => bench.path(`/needs/${job}/image`));
  await bench.run(["mkdir", "-p", join(root, "usr/share/kios")]);
  await mergeLayouts(layouts, bench.path(join(root, "usr/share/kios/images")));
}
