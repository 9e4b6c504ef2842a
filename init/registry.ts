/**
 * A read-only container registry on the loopback interface, which serves the
 * images that came with the system: the pull half of the OCI Distribution
 * Specification over OCI image layouts.
 *
 * @module
 */

/** Where the registry listens and what it serves. */
export interface Registry {
  /** The address. */
  hostname: string;
  /** The port. */
  port: number;
  /** OCI image layouts, the stronger first; one that is not there is left out. */
  layouts: readonly string[];
}

/** The part of an image's OCI descriptor that is read. */
interface Descriptor {
  /** The digest of its manifest. */
  digest: string;
  /** Its full reference. */
  ref: string;
}

/** A manifest or a blob that is there. */
interface Content {
  digest: string;
  file: Deno.FsFile;
  size: number;
  type: string;
}

/** The greatest size of a manifest: what the OCI Distribution Specification asks a registry to take. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;

/** The annotation that holds an image's full reference: OCI Image Specification. */
const REF_NAME = "org.opencontainers.image.ref.name";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** A digest; nothing else ever becomes part of a file's path. */
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** `<name>/manifests/<reference>` or `<name>/blobs/<reference>`, after /v2/. */
const ROUTE = /^\/v2\/([^:]+)\/(manifests|blobs)\/([\w.:-]{1,127})$/;

/** The specification's answer to what cannot be served. */
function failure(status: number, code: string, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status });
}

/** A member of a JSON object, or nothing when there is no such object or member. */
function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** What an index says of an image, or nothing when it is not said properly. */
function parseDescriptor(value: unknown): Descriptor | undefined {
  const digest = member(value, "digest");
  const ref = member(member(value, "annotations"), REF_NAME);
  return typeof digest === "string" && typeof ref === "string" ? { digest, ref } : undefined;
}

/**
 * The images of a layout. It is read at each request: a pull is rare, and a
 * layout may come later, with the disk it lies on.
 */
async function imagesOf(layout: string): Promise<Descriptor[]> {
  try {
    const manifests = member(JSON.parse(await Deno.readTextFile(`${layout}/index.json`)), "manifests");
    return Array.isArray(manifests) ? manifests.map(parseDescriptor).filter((image) => image !== undefined) : [];
  } catch {
    return [];
  }
}

/**
 * The digest `reference` stands for. A mirror is told in `namespace` which
 * registry it stands in for; a client that comes directly names none.
 */
async function resolve(
  layouts: readonly string[],
  image: { namespace: string | null; name: string; reference: string },
): Promise<string | undefined> {
  const { namespace, name, reference } = image;
  if (DIGEST.test(reference)) return reference;
  const full = `${namespace}/${name}:${reference}`;
  return (await Promise.all(layouts.map(imagesOf))).flat().find(({ ref }) =>
    namespace === null ? `/${ref}`.endsWith(`/${name}:${reference}`) : ref === full
  )?.digest;
}

/** A blob's file and size, or nothing when no layout has it. */
async function openBlob(
  layouts: readonly string[],
  digest: string,
): Promise<{ file: Deno.FsFile; size: number } | undefined> {
  const [, hex] = DIGEST.exec(digest) ?? [];
  if (hex === undefined) return undefined;
  for (const layout of layouts) {
    const path = `${layout}/blobs/sha256/${hex}`;
    try {
      // Opening does not happen on another thread, and so must not have to look at a disk: this does before.
      const { size } = await Deno.stat(path);
      return { file: await Deno.open(path), size };
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
}

/** What a manifest says it is: an image, or an index of images. Nothing, when it is no manifest. */
async function mediaTypeOf(file: Deno.FsFile, size: number): Promise<string | undefined> {
  if (size > LARGEST_MANIFEST) return undefined;
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < size;) filled += await file.read(bytes.subarray(filled)) ?? size;
  await file.seek(0, Deno.SeekMode.Start);
  try {
    const type = member(JSON.parse(new TextDecoder().decode(bytes)), "mediaType");
    return typeof type === "string" ? type : MANIFEST_TYPE;
  } catch {
    return undefined;
  }
}

/** What the layouts have of a manifest or a blob, its file opened. */
async function findContent(
  layouts: readonly string[],
  wanted: { kind: string; namespace: string | null; name: string; reference: string },
): Promise<Content | undefined> {
  const isManifest = wanted.kind === "manifests";
  const digest = isManifest ? await resolve(layouts, wanted) : wanted.reference;
  const blob = digest === undefined ? undefined : await openBlob(layouts, digest);
  if (digest === undefined || blob === undefined) return undefined;
  const type = isManifest ? await mediaTypeOf(blob.file, blob.size) : "application/octet-stream";
  if (type !== undefined) return { digest, ...blob, type };
  blob.file.close();
}

/**
 * Answers one request to the registry.
 *
 * @param request The request.
 * @param layouts The OCI image layouts it serves.
 * @returns The answer; a blob's body streams from its file.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const request = new Request("http://127.0.0.1:3170/v2/");
 * assert.equal((await answerPull(request, [])).status, 200);
 * ```
 */
export async function answerPull(request: Request, layouts: readonly string[]): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return failure(405, "UNSUPPORTED", "This registry is read-only");
  }
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/v2/") return Response.json({});
  const [, name, kind, reference] = ROUTE.exec(pathname) ?? [];
  if (name === undefined || kind === undefined || reference === undefined) {
    return failure(404, "NAME_UNKNOWN", `There is nothing at "${pathname}"`);
  }
  const content = await findContent(layouts, { kind, namespace: searchParams.get("ns"), name, reference });
  if (content === undefined) {
    const code = kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN";
    return failure(404, code, `"${name}" has no "${reference}" here`);
  }
  const headers = {
    "content-type": content.type,
    "content-length": `${content.size}`,
    "docker-content-digest": content.digest,
    etag: `"${content.digest}"`,
  };
  if (request.method === "GET") return new Response(content.file.readable, { headers });
  content.file.close();
  return new Response(null, { headers });
}

/**
 * Serves the registry.
 *
 * @param registry Where it listens and what it serves.
 * @param onError Told what went wrong with a request.
 * @returns The server.
 * @throws {Deno.errors.AddrInUse} If another listens there.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const server = serveRegistry({ hostname: "127.0.0.1", port: 0, layouts: [] }, () => {});
 * const response = await fetch(`http://127.0.0.1:${server.addr.port}/v2/`);
 * assert.equal(await response.text(), "{}");
 * await server.shutdown();
 * ```
 */
export function serveRegistry(
  registry: Registry,
  onError: (message: string) => void,
): Deno.HttpServer<Deno.NetAddr> {
  const { hostname, port, layouts } = registry;
  return Deno.serve({
    hostname,
    port,
    onListen() {},
    onError(cause) {
      onError(`registry: ${cause instanceof Error ? cause.message : cause}`);
      return failure(500, "UNKNOWN", "The image cannot be read");
    },
  }, (request) => answerPull(request, layouts));
}
