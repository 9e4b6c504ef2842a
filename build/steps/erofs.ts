import { SOURCE_DATE_EPOCH } from "../sandbox.ts";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/** A UUID of our own: nothing looks for the root by it, and a random one would change the bytes. */
const UUID = "6b696f73-0000-4000-8000-000000000000";

/** The source with Debian's erofs-utils and the libraries it is linked with. */
const SOURCE = "erofs-utils";

/** mkfs.erofs with its own loader and libraries, so that its version is the lock's and not the host's. */
const MKFS = [
  `/sources/${SOURCE}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`,
  "--library-path",
  `/sources/${SOURCE}/usr/lib/x86_64-linux-gnu`,
  `/sources/${SOURCE}/usr/bin/mkfs.erofs`,
];

/**
 * `erofs`: makes a read-only file system image of a folder with mkfs.erofs(1), equal folders giving equal bytes.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.root.step]]
 * erofs = { from = "/build/root", to = "/out/root.erofs", compression = "lz4hc,12", cluster = 65536 }
 * ```
 */
export function parseErofs(table: Table): Step {
  const value = table.table("erofs");
  const from = value.string("from");
  const to = value.string("to");
  const compression = value.string("compression");
  const cluster = value.number("cluster");
  value.finish();
  const options = [`-z${compression}`, `-C${cluster}`, "--quiet", "--all-root", `-T${SOURCE_DATE_EPOCH}`, `-U${UUID}`];
  return {
    title: `erofs ${to}`,
    key: { kind: "erofs", revision: 1, options, from, to },
    implies: { sources: [SOURCE] },
    run: (bench) => bench.run([...MKFS, `--workers=${bench.processors}`, ...options, to, from]),
  };
}
