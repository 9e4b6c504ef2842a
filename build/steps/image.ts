import { writeImage } from "../artefacts/oci.ts";
import { writeTar } from "../artefacts/tar.ts";
import { treeEntries } from "../artefacts/tree.ts";
import { SOURCE_DATE_EPOCH } from "../sandbox.ts";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `image`: makes an OCI image layout of one folder, with one uncompressed layer.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.pod-hello.step]]
 * image = { reference = "kios.local/hello:0.1.0", from = "rootfs", entrypoint = ["/hello"] }
 * ```
 */
export function parseImage(table: Table): Step {
  const value = table.table("image");
  const reference = value.string("reference");
  const from = value.string("from");
  const to = value.string("to", "/out/image");
  const config = {
    entrypoint: value.strings("entrypoint"),
    args: value.strings("args", []),
    env: value.record("env", {}),
    user: value.string("user", ""),
    workingDir: value.string("working-dir", "/"),
    labels: value.record("labels", {}),
  };
  value.finish();
  return {
    title: `image ${reference}`,
    key: { kind: "image", revision: 1, reference, from, to, config },
    run: async (bench) => {
      const created = new Date(SOURCE_DATE_EPOCH * 1000).toISOString();
      const layer = bench.path("/build/layer.tar");
      await writeTar(layer, await treeEntries(bench.path(from)), { mtime: SOURCE_DATE_EPOCH });
      await writeImage({ layout: bench.path(to), reference, layers: [layer], config, created });
      await Deno.remove(layer);
    },
  };
}
