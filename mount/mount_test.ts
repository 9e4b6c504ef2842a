import assert from "node:assert/strict";
import { compile } from "../pods/testing.ts";

/** The program under test: the one named, or one made for the tests. */
const program = Deno.env.get("KIOS_MOUNT_BIN") ?? await compile("../mount/mount.c");
const why = Deno.uid() !== 0
  ? "mounting needs root"
  : program === undefined
  ? "KIOS_MOUNT_BIN is not set, and musl-gcc is missing"
  : undefined;

/** Runs shell lines in a mount namespace of their own, in a directory on a tmpfs of their own. */
async function inNamespace(script: string): Promise<{ code: number; text: string }> {
  const lines = [
    "set -e",
    `"$MOUNT" -t tmpfs -o mode=0700 work "$work"`,
    'cd "$work"; mkdir a b',
    'flags() { sed -n "s|^[0-9]* [0-9]* [0-9:]* [^ ]* $work/$1 \\([^ ]*\\) .*- \\([^ ]* .*\\)|\\1 \\2|p" /proc/self/mountinfo; }',
    script,
  ];
  const bin = await Deno.makeTempDir({ prefix: "kios-bin-" });
  await Deno.copyFile(program!, `${bin}/mount`);
  await Deno.link(`${bin}/mount`, `${bin}/umount`);
  const work = await Deno.makeTempDir({ prefix: "kios-mount-" });
  const { code, stdout } = await new Deno.Command("unshare", {
    args: ["-m", "--propagation", "private", "sh", "-c", `exec 2>&1\n${lines.join("\n")}`],
    env: { MOUNT: `${bin}/mount`, UMOUNT: `${bin}/umount`, work },
    stdout: "piped",
    stderr: "null",
  }).output();
  await Deno.remove(work);
  await Deno.remove(bin, { recursive: true });
  return { code, text: new TextDecoder().decode(stdout).trim() };
}

/** One test of the grammar, skipped with its reason where it cannot run. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({
    name: why === undefined ? name : `${name} (skipped: ${why})`,
    ignore: why !== undefined,
    fn: body,
  });
}

test("mount gives kubelet a tmpfs with a size and without swap", async () => {
  const { code, text } = await inNamespace(
    '"$MOUNT" -t tmpfs -o size=1048576,noswap tmpfs "$work/a"; flags a',
  );
  // A kernel before 6.4 does not know noswap, and kubelet does not pass it there.
  if (text.includes("Invalid argument")) return;
  assert.equal(code, 0, text);
  assert.match(text, /^rw,relatime tmpfs tmpfs rw,size=1024k.*noswap/);
});

test("mount takes options that are not for the kernel", async () => {
  const { code, text } = await inNamespace(
    '"$MOUNT" -t tmpfs -o defaults,rw,_netdev,nosuid,nodev,size=64k tmpfs "$work/a"; flags a',
  );
  assert.equal(code, 0, text);
  assert.match(text, /^rw,nosuid,nodev,relatime tmpfs tmpfs rw,size=64k/);
});

test("mount binds, then remounts with the flags of the source", async () => {
  const { code, text } = await inNamespace(`
    touch a/file
    "$MOUNT" -o bind "$work/a" "$work/b"; flags b
    "$MOUNT" -o bind,remount,ro,nosuid,nodev,noexec,relatime "$work/a" "$work/b"; flags b
    test -e b/file; ! touch b/other`);
  assert.equal(code, 0, text);
  assert.match(text, /^rw,relatime tmpfs work/);
  assert.match(text, /\nro,nosuid,nodev,noexec,relatime tmpfs work rw,mode=700/);
  assert.match(text, /Read-only file system/);
});

test("mount makes a bind with flags read-only in one call", async () => {
  const { code, text } = await inNamespace(
    '"$MOUNT" -o bind,_netdev,ro "$work/a" "$work/b"; flags b',
  );
  assert.equal(code, 0, text);
  assert.match(text, /^ro,relatime tmpfs work rw/);
});

test("mount binds the descriptor of another process, not the name behind it", async () => {
  const { code, text } = await inNamespace(`
    touch a/inside; exec 9< "$work/a"; mv a moved; mkdir a; touch a/outside
    "$MOUNT" --no-canonicalize -o bind "/proc/$$/fd/9" "$work/b"
    "$MOUNT" --no-canonicalize -o bind,remount,ro "/proc/$$/fd/9" "$work/b"
    ls b; flags b`);
  assert.equal(code, 0, text);
  assert.match(text, /^inside\nro,relatime/);
});

test("mount binds a file on a file", async () => {
  const { code, text } = await inNamespace(
    'echo text > a/from; touch b/to; "$MOUNT" -o bind "$work/a/from" "$work/b/to"; cat b/to',
  );
  assert.equal(code, 0, text);
  assert.equal(text, "text");
});

test("mount remounts without a source", async () => {
  const { code, text } = await inNamespace('"$MOUNT" -o remount,ro "$work"; touch a/file || true');
  assert.equal(code, 0, text);
  assert.match(text, /Read-only file system/);
});

test("mount says what the kernel said, and exits 32", async () => {
  const { text } = await inNamespace(
    '"$MOUNT" -t nonsense none "$work/a" || echo $?; "$MOUNT" -o bind "$work/none" a || echo $?',
  );
  assert.match(text, /^mount: .*\/a: No such device\n32\nmount: a: No such file or directory\n32$/);
});

test("mount asks for a type, and refuses what it does not know", async () => {
  const { text } = await inNamespace(
    '"$MOUNT" /dev/none "$work/a" || echo $?; "$MOUNT" --all || echo $?; "$MOUNT" || echo $?',
  );
  assert.match(text, /-t is missing\n32\nusage: mount .*\n1\nusage: mount .*\n1$/);
});

test("umount ends a mount, by force too", async () => {
  const { code, text } = await inNamespace(`
    for force in "" -f -l; do
      "$MOUNT" -t tmpfs tmpfs "$work/a"; touch a/file
      "$UMOUNT" $force "$work/a"; test ! -e a/file
    done`);
  assert.equal(code, 0, text);
});

test("umount says not mounted of what is no mount point, and fails", async () => {
  const { text } = await inNamespace('"$UMOUNT" "$work/a" || echo $?');
  assert.match(text, /^umount: .*\/a: not mounted\n32$/);
});

test("umount says busy of what is in use", async () => {
  const { text } = await inNamespace(
    '"$MOUNT" -t tmpfs tmpfs "$work/a"; exec 9> a/open; "$UMOUNT" "$work/a" || echo $?',
  );
  assert.match(text, /^umount: .*\/a: .*busy\n32$/);
});
