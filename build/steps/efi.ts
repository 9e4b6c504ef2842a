import { writeCpio } from "../artefacts/cpio.ts";
import { makeUki } from "../artefacts/uki.ts";
import { SOURCE_DATE_EPOCH } from "../sandbox.ts";
import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/** What stage 0 may be told apart by: a program is executable, data is not. */
const PROGRAM_MODE = 0o755;

/**
 * `efi`: makes a unified kernel image, one EFI program with kernel, initrd, command line and os-release.
 *
 * `cmdline` is a file with a word or more a line, `#` before what is for people. The initrd is made of `initrd`, files by their path in it; it stays uncompressed, for what is in it is already.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.efi.step]]
 * [job.efi.step.efi]
 * stub = "/sources/systemd-boot/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
 * kernel = "/needs/kernel/bzImage"
 * os-release = "/files/root/etc/os-release"
 * cmdline = "/files/kernel/cmdline"
 * initrd = { init = "/needs/stage0/stage0" }
 * ```
 */
export function parseEfi(table: Table): Step {
  const value = table.table("efi");
  const output = value.string("output", "kios.efi");
  const stub = value.string("stub");
  const kernel = value.string("kernel");
  const osRelease = value.string("os-release");
  const cmdline = value.string("cmdline");
  const initrd = value.record("initrd");
  value.finish();
  return {
    title: output,
    key: { kind: "efi", revision: 1, output, stub, kernel, osRelease, cmdline, initrd },
    run: async (bench) => {
      const cpio = bench.path("/build/initrd.cpio");
      const entries = Object.entries(initrd).map(([path, from]) => ({
        type: "file" as const,
        path,
        content: bench.path(from),
        mode: PROGRAM_MODE,
      }));
      await writeCpio(cpio, entries, { mtime: SOURCE_DATE_EPOCH });
      await makeUki({
        stub: bench.path(stub),
        kernel: bench.path(kernel),
        initrd: cpio,
        cmdline: commandLine(await Deno.readTextFile(bench.path(cmdline))),
        osRelease: await Deno.readTextFile(bench.path(osRelease)),
        output: bench.path(`/out/${output}`),
      });
    },
  };
}

/** The words of a command line file, without its comments. */
function commandLine(text: string): string {
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "").join(" ");
}
