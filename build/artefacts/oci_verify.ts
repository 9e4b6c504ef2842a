/**
 * Checks that an OCI image layout holds what it says.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { blobPath, blobsOf, type Descriptor, MANIFEST_TYPE, readIndex, referenceOf } from "./oci_layout.ts";
import { openContent } from "./content.ts";

/**
 * Checks every image of a layout: that its manifest, config and layers are there, with the sizes and digests they are named by.
 *
 * @param layout The layout's directory.
 * @returns What is wrong, one line each, naming the image and the blob; nothing if the layout is sound.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeImage } from "./oci.ts";
 *
 * const layout = await Deno.makeTempDir();
 * const { digest } = await writeImage({ layout, reference: "kios.local/empty:1", layers: [] });
 * assert.deepEqual(await verifyLayout(layout), []);
 * await Deno.remove(`${layout}/blobs/sha256/${digest.slice(7)}`);
 * assert.deepEqual(await verifyLayout(layout), [`kios.local/empty:1: manifest ${digest} is missing`]);
 * ```
 */
export async function verifyLayout(layout: string): Promise<string[]> {
  try {
    await Deno.stat(`${layout}/oci-layout`);
    const images = await readIndex(layout);
    const found = await Promise.all(images.map((image) => verifyImage(layout, image)));
    return found.flat();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      return [`${layout}: it is no OCI layout, the file "oci-layout" is missing`];
    }
    if (cause instanceof SyntaxError) return [cause.message];
    throw cause;
  }
}

/** What is wrong with one image. */
async function verifyImage(layout: string, manifest: Descriptor): Promise<string[]> {
  const name = referenceOf(manifest) || manifest.digest;
  if (manifest.mediaType !== MANIFEST_TYPE) return [`${name}: "${manifest.mediaType}" is no image manifest`];
  const wrong = await verifyBlob(layout, manifest);
  if (wrong) return [`${name}: manifest ${wrong}`];
  const problems: string[] = [];
  try {
    for (const [index, blob] of (await blobsOf(layout, manifest)).entries()) {
      const wrong = await verifyBlob(layout, blob);
      if (wrong) problems.push(`${name}: ${index ? `layer ${index}` : "config"} ${wrong}`);
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    problems.push(`${name}: ${cause.message}`);
  }
  return problems;
}

/** What is wrong with one blob, or nothing. */
async function verifyBlob(layout: string, { digest, size }: Descriptor): Promise<string | undefined> {
  try {
    using content = await openContent(blobPath(layout, digest));
    if (content.size !== size) return `${digest} has ${content.size} bytes and should have ${size}`;
    const hash = createHash("sha256");
    await content.copyTo((chunk) => void hash.update(chunk));
    const actual = `sha256:${hash.digest("hex")}`;
    if (actual !== digest) return `${digest} holds something else: its digest is ${actual}`;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return `${digest} is missing`;
    if (cause instanceof SyntaxError) return `"${digest}" is no sha256 digest`;
    throw cause;
  }
}
