import type { Table } from "../table.ts";
import type { Step } from "./step.ts";

/**
 * `go`: builds one Go program out of a module of the repository, offline and stripped.
 *
 * The Go toolchain is the source `go`; the modules that go.sum pins are the source that `modules` names.
 *
 * @param table The step's table
 * @returns The step
 *
 * @example Usage
 * ```toml
 * [[job.runc.step]]
 * go = { module = "go/runc", modules = "runc-modules", package = "github.com/opencontainers/runc", cgo = true }
 * ```
 */
export function parseGo(table: Table): Step {
  const value = table.table("go");
  const module = value.string("module");
  const modules = value.string("modules");
  const program = value.string("package");
  const output = value.string("output", program.split("/").at(-1)!);
  const tags = value.strings("tags", []);
  const ldflags = value.string("ldflags", "");
  const cgo = value.boolean("cgo", false);
  value.finish();
  const args = ["build", "-trimpath", "-mod=readonly", "-buildvcs=false", "-tags", tags.join(",")];
  args.push("-ldflags", `-s -w -buildid= ${ldflags}`.trim(), "-o", `/out/${output}`, program);
  const env = {
    CGO_ENABLED: cgo ? "1" : "0",
    GOCACHE: "/build/go-cache",
    GOFLAGS: "",
    GOMODCACHE: `/sources/${modules}`,
    GOPROXY: "off",
    GOROOT: "/sources/go/go",
    GOTOOLCHAIN: "local",
    GOTELEMETRY: "off",
  };
  return {
    title: `go build ${output}`,
    key: { kind: "go", revision: 1, module, args, env },
    implies: { sources: ["go", modules], ...(cgo && { tools: ["gcc", "libc6-dev"] }) },
    run: async (bench) => {
      bench.cwd = `/files/${module}`;
      await bench.run(["/sources/go/go/bin/go", ...args], { ...env, GOMAXPROCS: String(bench.processors) });
    },
  };
}
