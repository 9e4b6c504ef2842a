import assert from "node:assert/strict";
import { answerPull } from "./registry.ts";

const BASE = "http://127.0.0.1:3170";

/** Writes a blob and returns its digest. */
async function writeBlob(layout: string, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = hash.toHex();
  Deno.mkdirSync(`${layout}/blobs/sha256`, { recursive: true });
  Deno.writeFileSync(`${layout}/blobs/sha256/${hex}`, bytes);
  return `sha256:${hex}`;
}

/** A layout with one image of one layer. */
async function makeLayout(
  ref = "kios.local/dhcp:0.1.0",
): Promise<{ layout: string; manifest: string; layer: string }> {
  const layout = Deno.makeTempDirSync();
  const layer = await writeBlob(layout, "a layer");
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await writeBlob(
    layout,
    JSON.stringify({ schemaVersion: 2, mediaType, layers: [layer] }),
  );
  Deno.writeTextFileSync(
    `${layout}/index.json`,
    JSON.stringify({
      manifests: [{
        mediaType,
        digest: manifest,
        annotations: { "org.opencontainers.image.ref.name": ref },
      }],
    }),
  );
  return { layout, manifest, layer };
}

Deno.test("answerPull() serves a manifest by its tag to a mirror", async () => {
  const { layout, manifest } = await makeLayout();
  const url = `${BASE}/v2/dhcp/manifests/0.1.0?ns=kios.local`;
  const response = await answerPull(new Request(url), [layout]);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("docker-content-digest"), manifest);
  assert.equal(
    response.headers.get("content-type"),
    "application/vnd.oci.image.manifest.v1+json",
  );
  assert.equal((await response.json()).schemaVersion, 2);
});

Deno.test("answerPull() serves a manifest by its digest, and to a client that names no mirror", async () => {
  const { layout, manifest } = await makeLayout();
  for (const path of [`dhcp/manifests/${manifest}`, "dhcp/manifests/0.1.0"]) {
    const response = await answerPull(new Request(`${BASE}/v2/${path}`), [layout]);
    assert.equal(response.status, 200, path);
    await response.body?.cancel();
  }
});

Deno.test("answerPull() serves a blob from the first layout that has it", async () => {
  const [one, two] = [await makeLayout(), await makeLayout("a/b:1")];
  const request = new Request(`${BASE}/v2/a/b/blobs/${two.layer}?ns=x`);
  const response = await answerPull(request, [
    "/nowhere",
    one.layout,
    two.layout,
  ]);
  assert.equal(response.headers.get("content-length"), "7");
  assert.equal(await response.text(), "a layer");
});

Deno.test("answerPull() answers HEAD without a body", async () => {
  const { layout, layer } = await makeLayout();
  const url = `${BASE}/v2/dhcp/blobs/${layer}`;
  const response = await answerPull(new Request(url, { method: "HEAD" }), [layout]);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-length"), "7");
  assert.equal(response.body, null);
});

Deno.test("answerPull() answers what it has not with the specification's errors", async () => {
  const { layout } = await makeLayout();
  const none = "0".repeat(64);
  for (
    const [path, code] of [
      ["dhcp/manifests/9?ns=kios.local", "MANIFEST_UNKNOWN"],
      ["dhcp/manifests/0.1.0?ns=docker.io", "MANIFEST_UNKNOWN"],
      [`dhcp/manifests/sha256:${none}`, "MANIFEST_UNKNOWN"],
      [`dhcp/blobs/sha256:${none}`, "BLOB_UNKNOWN"],
      ["dhcp/tags/list", "NAME_UNKNOWN"],
    ] as const
  ) {
    const response = await answerPull(new Request(`${BASE}/v2/${path}`), [layout]);
    assert.equal(response.status, 404, path);
    assert.equal((await response.json()).errors[0].code, code);
  }
});

Deno.test("answerPull() takes no layer for a manifest, and no nonsense for an index", async () => {
  const { layout, layer } = await makeLayout();
  const answer = (path: string) => answerPull(new Request(`${BASE}/v2/dhcp/manifests/${path}`), [layout]);
  assert.equal((await answer(layer)).status, 404);
  for (const nonsense of ["", "null", "[]", '{"manifests":[null,1,{}]}']) {
    Deno.writeTextFileSync(`${layout}/index.json`, nonsense);
    assert.equal((await answer("0.1.0")).status, 404, nonsense);
  }
});

Deno.test("answerPull() reads no file but blobs, whatever the path", async () => {
  const { layout } = await makeLayout();
  Deno.writeTextFileSync(`${layout}/blobs/secret`, "secret");
  for (
    const path of [
      "a/blobs/../secret",
      "a/blobs/..%2fsecret",
      "a/blobs/%2e%2e/secret",
      "a/blobs/sha256:../../secret",
      "a/blobs/sha256:..%2Fsecret",
      "a/manifests/..",
      "../../etc/passwd",
    ]
  ) {
    const response = await answerPull(new Request(`${BASE}/v2/${path}`), [layout]);
    assert.equal(response.status, 404, path);
    assert.doesNotMatch(await response.text(), /^secret/);
  }
});

Deno.test("answerPull() refuses to be written to", async () => {
  const request = new Request(`${BASE}/v2/a/blobs/uploads/`, {
    method: "POST",
  });
  const response = await answerPull(request, []);
  assert.equal(response.status, 405);
  assert.equal((await response.json()).errors[0].code, "UNSUPPORTED");
});
