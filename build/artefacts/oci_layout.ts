/**
 * A directory in the OCI image layout: its index, its blobs, and several of them in one.
 *
 * Format: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Content, openContent } from "./content.ts";
import { writeOutput } from "./output.ts";

/** What names a blob and says what it is: descriptor.md of the image specification. */
export interface Descriptor {
  /** What the blob holds. */
  mediaType: string;
  /** Its digest, `sha256:` and 64 hexadecimal digits. */
  digest: string;
  /** Its size in bytes. */
  size: number;
  /** The machine it is for. */
  platform?: { architecture: string; os: string };
  /** What else is known about it. */
  annotations?: Record<string, string>;
}

/** The annotation that carries an image's full reference. */
export const REF_NAME = "org.opencontainers.image.ref.name";

/** The media type of an image's manifest. */
export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
const encoder = new TextEncoder();

/**
 * Says where a layout keeps a blob.
 *
 * @param layout The layout's directory.
 * @param digest The blob's digest.
 * @returns The path of the blob.
 * @throws {SyntaxError} If it is no sha256 digest.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => blobPath("layout", "sha256:../../etc/passwd"), SyntaxError);
 * ```
 */
export function blobPath(layout: string, digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (!hex) throw new SyntaxError(`Cannot find blob "${digest}": it is no sha256 digest`);
  return `${layout}/blobs/sha256/${hex}`;
}

/**
 * Reads a layout's index.
 *
 * @param layout The layout's directory.
 * @returns The manifests it lists; none if there is no layout yet.
 * @throws {SyntaxError} If the index is not one.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await readIndex(await Deno.makeTempDir()), []);
 * ```
 */
export async function readIndex(layout: string): Promise<Descriptor[]> {
  const path = `${layout}/index.json`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw cause;
  }
  const { manifests } = parseObject(text, path);
  if (!Array.isArray(manifests)) throw new SyntaxError(`Cannot read "${path}": it has no list of manifests`);
  return manifests.map((entry) => descriptor(entry, path));
}

/**
 * Writes a layout's index and its marker file, the manifests sorted by reference.
 *
 * @param layout The layout's directory.
 * @param manifests What the index lists.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const layout = await Deno.makeTempDir();
 * await writeIndex(layout, []);
 * assert.deepEqual(await readIndex(layout), []);
 * ```
 */
export async function writeIndex(layout: string, manifests: Descriptor[]): Promise<void> {
  const sorted = manifests.toSorted((a, b) => referenceOf(a) < referenceOf(b) ? -1 : 1);
  await Deno.mkdir(`${layout}/blobs/sha256`, { recursive: true });
  await writeJson(`${layout}/oci-layout`, { imageLayoutVersion: "1.0.0" });
  await writeJson(`${layout}/index.json`, { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: sorted });
}

/**
 * Puts a blob into a layout.
 *
 * @param layout The layout's directory.
 * @param content The blob.
 * @param mediaType What it holds.
 * @returns Its descriptor.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { digest } = await addBlob(await Deno.makeTempDir(), new Uint8Array(), "application/octet-stream");
 * assert.equal(digest.slice(0, 15), "sha256:e3b0c442");
 * ```
 */
export async function addBlob(layout: string, content: Content, mediaType: string): Promise<Descriptor> {
  await Deno.mkdir(`${layout}/blobs/sha256`, { recursive: true });
  using source = await openContent(content);
  const hash = createHash("sha256");
  const incoming = `${layout}/blobs/sha256/incoming-${crypto.randomUUID()}`;
  await writeOutput(incoming, async (output) => {
    await source.copyTo(async (chunk) => {
      hash.update(chunk);
      await output.write(chunk);
    });
  });
  const digest = `sha256:${hash.digest("hex")}`;
  await Deno.rename(incoming, blobPath(layout, digest));
  return { mediaType, digest, size: source.size };
}

/**
 * Makes one layout of several: the images of all of them, and the blobs these need.
 *
 * @param layouts The layouts' directories.
 * @param output The directory of the new layout.
 * @throws {TypeError} If two layouts have different images of one reference.
 * @throws {SyntaxError} If an index or a manifest is not one.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [one, two, all] = [await Deno.makeTempDir(), await Deno.makeTempDir(), await Deno.makeTempDir()];
 * await mergeLayouts([one, two], all);
 * assert.deepEqual(await readIndex(all), []);
 * ```
 */
export async function mergeLayouts(layouts: readonly string[], output: string): Promise<void> {
  const images = new Map<string, { layout: string; manifest: Descriptor }>();
  await Deno.mkdir(`${output}/blobs/sha256`, { recursive: true });
  for (const layout of layouts) {
    for (const manifest of await readIndex(layout)) {
      const reference = referenceOf(manifest);
      const other = images.get(reference);
      if (other && other.manifest.digest !== manifest.digest) {
        throw new TypeError(`Cannot merge layouts: "${other.layout}" and "${layout}" differ in "${reference}"`);
      }
      images.set(reference, { layout, manifest });
      for (const { digest } of [manifest, ...await blobsOf(layout, manifest)]) {
        await Deno.copyFile(blobPath(layout, digest), blobPath(output, digest));
      }
    }
  }
  await writeIndex(output, [...images.values()].map(({ manifest }) => manifest));
}

/**
 * Reads what an image consists of.
 *
 * @param layout The layout's directory.
 * @param manifest The descriptor of the image's manifest.
 * @returns The descriptors of its config and of its layers, in this order.
 * @throws {SyntaxError} If the manifest is not one.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const layout = await Deno.makeTempDir();
 * const manifest = await addBlob(layout, new TextEncoder().encode("{}"), MANIFEST_TYPE);
 * await assert.rejects(blobsOf(layout, manifest), SyntaxError);
 * ```
 */
export async function blobsOf(layout: string, manifest: Descriptor): Promise<Descriptor[]> {
  const path = blobPath(layout, manifest.digest);
  const { config, layers } = parseObject(await Deno.readTextFile(path), path);
  if (!Array.isArray(layers)) throw new SyntaxError(`Cannot read "${path}": it has no list of layers`);
  return [config, ...layers].map((entry) => descriptor(entry, path));
}

/**
 * Says the reference of an image.
 *
 * @param manifest The image's entry in the index.
 * @returns Its full reference, empty if it has none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(referenceOf({ mediaType: MANIFEST_TYPE, digest: "", size: 0 }), "");
 * ```
 */
export function referenceOf(manifest: Descriptor): string {
  return manifest.annotations?.[REF_NAME] ?? "";
}

/** Writes a document whole or not at all. */
async function writeJson(path: string, document: unknown): Promise<void> {
  await writeOutput(path, (output) => output.write(encoder.encode(JSON.stringify(document))));
}

/** Parses a document that must be an object. */
function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read "${path}": it is no JSON`, { cause });
  }
  if (!isObject(value)) throw new SyntaxError(`Cannot read "${path}": it is no JSON object`);
  return value;
}

/** Reads a descriptor out of a document. */
function descriptor(value: unknown, path: string): Descriptor {
  if (
    isObject(value) && typeof value["mediaType"] === "string" && typeof value["digest"] === "string" &&
    typeof value["size"] === "number"
  ) return { ...value, mediaType: value["mediaType"], digest: value["digest"], size: value["size"] };
  throw new SyntaxError(`Cannot read "${path}": ${JSON.stringify(value)} is no descriptor`);
}

/** Whether a value is an object with members. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
