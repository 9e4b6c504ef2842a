// A kubelet as far as its configuration goes: it notes what it is started with in $HOME/kubelet.args, and ends with the
// words of a real one where a file says so: one with "die" in it, by name; one with "sulk", without a word.
const home = Deno.env.get("HOME")!;
Deno.writeTextFileSync(`${home}/kubelet.args`, `${Deno.args.join(" ")}\n`, { append: true });

/** Ends like a kubelet whose command failed. */
function fail(error: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`E1124 17:10:05.9 1 run.go:72] "command failed" err="${error}"\n`));
  Deno.exit(1);
}

/** The text of a file that need not be there. */
function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

for (const arg of Deno.args) {
  const [, flag, value] = /^--([a-z-]+)=(.*)$/.exec(arg) ?? [];
  const path = flag === "config-dir" ? `${value}/50-node.conf` : value!;
  const text = flag === "node-labels" ? value! : textOf(path);
  if (text.includes("sulk")) fail("something is wrong");
  if (text.includes("die")) {
    const what = flag === "config-dir" ? "failed to merge kubelet configs" : "unable to load kubeconfig";
    fail(`${what}: yaml: line 3: path ${path}`);
  }
}
await import("./fake_service.ts");
