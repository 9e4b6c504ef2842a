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

/** The part of an OCI descriptor that is read. */
interface Descriptor {
  mediaType: string;
  digest: string;
  annotations?: Record<string, string>;
}

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

/** Whether `value` is a descriptor, as far as it is read here. */
function isDescriptor(value: unknown): value is Descriptor {
  const { mediaType, digest, annotations = {} } = value as Partial<Descriptor>;
  return typeof mediaType === "string" && typeof digest === "string" &&
    typeof annotations === "object";
}

/**
 * The images of a layout. It is read at each request: a pull is rare, and a
 * layout may come later, with the disk it lies on.
 */
function imagesOf(layout: string): Descriptor[] {
  try {
    const index: unknown = JSON.parse(
      Deno.readTextFileSync(`${layout}/index.json`),
    );
    const { manifests } = index as { manifests?: unknown[] };
    return (manifests ?? []).filter(isDescriptor);
  } catch {
    return [];
  }
}

/**
 * The digest `reference` stands for. A mirror is told in `namespace` which
 * registry it stands in for; a client that comes directly names none.
 */
function resolve(
  layouts: readonly string[],
  image: { namespace: string | null; name: string; reference: string },
): string | undefined {
  const { namespace, name, reference } = image;
  if (DIGEST.test(reference)) return reference;
  const full = `${namespace}/${name}:${reference}`;
  return layouts.flatMap(imagesOf).find(({ annotations }) => {
    const ref = annotations?.[REF_NAME] ?? "";
    return namespace === null ? ref === `${name}:${reference}` || ref.endsWith(`/${name}:${reference}`) : ref === full;
  })?.digest;
}

/** A blob's file, or nothing when no layout has it. */
function openBlob(
  layouts: readonly string[],
  digest: string,
): Deno.FsFile | undefined {
  const [, hex] = DIGEST.exec(digest) ?? [];
  if (hex === undefined) return undefined;
  for (const layout of layouts) {
    try {
      return Deno.openSync(`${layout}/blobs/sha256/${hex}`);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
}

/** What a manifest says it is: an image, or an index of images. */
function mediaTypeOf(file: Deno.FsFile, size: number): string {
  const bytes = new Uint8Array(size);
  file.readSync(bytes);
  file.seekSync(0, Deno.SeekMode.Start);
  const manifest: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const { mediaType } = manifest as { mediaType?: unknown };
  return typeof mediaType === "string" ? mediaType : MANIFEST_TYPE;
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
 * assert.equal(answerPull(request, []).status, 200);
 * ```
 */
export function answerPull(
  request: Request,
  layouts: readonly string[],
): Response {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return failure(405, "UNSUPPORTED", "This registry is read-only");
  }
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/v2/") return Response.json({});
  const [, name, kind, reference] = ROUTE.exec(pathname) ?? [];
  if (name === undefined || reference === undefined) {
    return failure(404, "NAME_UNKNOWN", `There is nothing at "${pathname}"`);
  }
  const isManifest = kind === "manifests";
  const digest = isManifest ? resolve(layouts, { namespace: searchParams.get("ns"), name, reference }) : reference;
  const file = digest === undefined ? undefined : openBlob(layouts, digest);
  if (digest === undefined || file === undefined) {
    return failure(
      404,
      isManifest ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN",
      `"${name}" has no "${reference}" here`,
    );
  }
  const { size } = file.statSync();
  const headers = {
    "content-type": isManifest ? mediaTypeOf(file, size) : "application/octet-stream",
    "content-length": `${size}`,
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  if (request.method === "HEAD") {
    file.close();
    return new Response(null, { headers });
  }
  return new Response(file.readable, { headers });
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
