import assert from "node:assert/strict";
import { writeImage } from "./oci.ts";
import { addBlob, blobPath, blobsOf, mergeLayouts, readIndex, referenceOf } from "./oci_layout.ts";
import { verifyLayout } from "./oci_verify.ts";
import { writeTar } from "./tar.ts";
import { describeTree, exists, sha256, temporaryDirectory } from "./testing.ts";

/** Writes an image with one layer that holds `text`. */
async function writeSample(layout: string, reference: string, text: string): Promise<ReturnType<typeof writeImage>> {
  const layer = `${layout}-layer.tar`;
  await writeTar(layer, [{ type: "file", path: "text", content: new TextEncoder().encode(text) }]);
  return await writeImage({ layout, reference, layers: [layer] });
}

Deno.test("writeImage() writes what the image specification asks for", async () => {
  await using directory = await temporaryDirectory();
  const layout = `${directory.path}/layout`;
  const layer = `${directory.path}/layer.tar`;
  await writeTar(layer, [{ type: "file", path: "hello", content: new Uint8Array(1000), mode: 0o755 }]);
  const entry = await writeImage({
    layout,
    reference: "kios.local/hello:0.1.0",
    layers: [layer],
    config: {
      entrypoint: ["/hello"],
      args: ["--port", "8080"],
      env: { PATH: "/bin", A: "1" },
      user: "65534:65534",
      workingDir: "/",
      labels: { z: "1", a: "2" },
    },
  });
  const read = async (path: string): Promise<unknown> => JSON.parse(await Deno.readTextFile(path));
  const digest = `sha256:${await sha256(layer)}`;
  assert.deepEqual(await read(`${layout}/oci-layout`), { imageLayoutVersion: "1.0.0" });
  assert.deepEqual(await read(`${layout}/index.json`), {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: entry.digest,
      size: entry.size,
      platform: { architecture: "amd64", os: "linux" },
      annotations: { "org.opencontainers.image.ref.name": "kios.local/hello:0.1.0" },
    }],
  });
  const [config, ...layers] = await blobsOf(layout, entry);
  assert.deepEqual(layers, [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: 2560 }]);
  assert(config);
  assert.equal(config.mediaType, "application/vnd.oci.image.config.v1+json");
  assert.equal(
    await Deno.readTextFile(blobPath(layout, config.digest)),
    '{"created":"1970-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{"User":"65534:65534",' +
      '"Env":["A=1","PATH=/bin"],"Entrypoint":["/hello"],"Cmd":["--port","8080"],"WorkingDir":"/",' +
      `"Labels":{"a":"2","z":"1"}},"rootfs":{"type":"layers","diff_ids":["${digest}"]}}`,
  );
  assert.deepEqual(await verifyLayout(layout), []);
});

Deno.test("writeImage() keeps the other images of a layout and replaces its own", async () => {
  await using directory = await temporaryDirectory();
  const layout = `${directory.path}/layout`;
  await writeSample(layout, "kios.local/b:1", "b");
  await writeSample(layout, "kios.local/a:1", "old");
  const { digest } = await writeSample(layout, "kios.local/a:1", "new");
  const images = await readIndex(layout);
  assert.deepEqual(images.map(referenceOf), ["kios.local/a:1", "kios.local/b:1"]);
  assert.equal(images[0]?.digest, digest);
});

Deno.test("writeImage() refuses short references and layers that are no tar archives", async () => {
  await using directory = await temporaryDirectory();
  const layout = `${directory.path}/layout`;
  const layer = `${directory.path}/layer.tar.gz`;
  await Deno.writeFile(layer, new Uint8Array(1024).fill(31));
  for (const reference of ["hello", "hello:1", "kios.local/hello", "kios.local/Hello:1", "kios.local//x:1", "k/x:"]) {
    await assert.rejects(writeImage({ layout, reference, layers: [] }), {
      name: "TypeError",
      message: /full reference/,
    });
  }
  await assert.rejects(writeImage({ layout, reference: "k.local:5000/a/b_c:1", layers: [layer] }), {
    name: "TypeError",
    message: /layer.tar.gz" as a layer: it is no uncompressed tar archive/,
  });
  assert.equal(exists(`${layout}/index.json`), false);
});

Deno.test("mergeLayouts() gives the same bytes whatever the order, without blobs nothing refers to", async () => {
  await using directory = await temporaryDirectory();
  const [one, two, ab, ba] = ["one", "two", "ab", "ba"].map((name) => `${directory.path}/${name}`) as [
    string,
    string,
    string,
    string,
  ];
  await writeSample(one, "kios.local/hello:1", "hello");
  await writeSample(two, "kios.local/dhcp:1", "dhcp");
  await writeSample(two, "kios.local/hello:1", "hello");
  await addBlob(one, new Uint8Array(3), "application/octet-stream");
  await mergeLayouts([one, two], ab);
  await mergeLayouts([two, one], ba);
  assert.deepEqual(await describeTree(ab), await describeTree(ba));
  assert.deepEqual((await readIndex(ab)).map(referenceOf), ["kios.local/dhcp:1", "kios.local/hello:1"]);
  assert.equal((await describeTree(`${ab}/blobs/sha256`)).length, 6);
  assert.deepEqual(await verifyLayout(ab), []);
});

Deno.test("mergeLayouts() names two layouts that differ in one image", async () => {
  await using directory = await temporaryDirectory();
  const [one, two] = [`${directory.path}/one`, `${directory.path}/two`];
  await writeSample(one, "kios.local/hello:1", "hello");
  await writeSample(two, "kios.local/hello:1", "hallo");
  await assert.rejects(mergeLayouts([one, two], `${directory.path}/all`), {
    name: "TypeError",
    message: `Cannot merge layouts: "${one}" and "${two}" differ in "kios.local/hello:1"`,
  });
});

Deno.test("verifyLayout() names the blob that is wrong", async () => {
  await using directory = await temporaryDirectory();
  const layout = `${directory.path}/layout`;
  const manifest = await writeSample(layout, "kios.local/hello:1", "hello");
  const [config, layer] = await blobsOf(layout, manifest);
  assert(config && layer);
  const path = blobPath(layout, layer.digest);
  const bytes = await Deno.readFile(path);
  const problems = async (change: () => Promise<void>): Promise<string[]> => {
    await change();
    return await verifyLayout(layout);
  };
  assert.deepEqual(await problems(() => Deno.truncate(path, 600)), [
    `kios.local/hello:1: layer 1 ${layer.digest} has 600 bytes and should have ${layer.size}`,
  ]);
  const [flipped] = await problems(() => Deno.writeFile(path, bytes.with(700, 1)));
  assert.match(flipped ?? "", /layer 1 sha256:\w+ holds something else: its digest is sha256:/);
  await Deno.writeFile(path, bytes);
  assert.deepEqual(await problems(() => Deno.remove(blobPath(layout, config.digest))), [
    `kios.local/hello:1: config ${config.digest} is missing`,
  ]);
  const index = `${layout}/index.json`;
  assert.deepEqual(await problems(() => Deno.writeTextFile(index, "{")), [`Cannot read "${index}": it is no JSON`]);
  await Deno.writeTextFile(index, '{"manifests":[{"mediaType":"x"}]}');
  assert.match((await verifyLayout(layout))[0] ?? "", /is no descriptor/);
  assert.match((await verifyLayout(`${layout}/none`))[0] ?? "", /it is no OCI layout/);
});
