/**
 * Writes container images in the OCI image layout.
 *
 * Format: https://github.com/opencontainers/image-spec
 *
 * @module
 */
import { addBlob, type Descriptor, MANIFEST_TYPE, readIndex, REF_NAME, referenceOf, writeIndex } from "./oci_layout.ts";

/** How a container of an image runs: the "config" of the image specification's config.md. */
export interface ImageConfig {
  /** User and group, as `user[:group]`, names or numbers. */
  user?: string;
  /** Environment variables. */
  env?: Readonly<Record<string, string>>;
  /** The program and its first arguments. */
  entrypoint?: readonly string[];
  /** Arguments after the entrypoint, which a pod may replace. */
  args?: readonly string[];
  /** The directory the program starts in. */
  workingDir?: string;
  /** What else is known about the image. */
  labels?: Readonly<Record<string, string>>;
  /** The signal that asks the program to end, such as "SIGTERM". */
  stopSignal?: string;
}

/** An image to write. */
export interface Image {
  /** The directory of the layout; one with other images in it keeps them. */
  layout: string;
  /** The full reference, such as `kios.local/hello:0.1.0`. */
  reference: string;
  /** The paths of the layers, uncompressed tar archives, the lowest first. */
  layers: readonly string[];
  /** How a container of it runs. */
  config?: ImageConfig;
  /** When it was made, in RFC 3339; the start of 1970 if not given. */
  created?: string;
}

const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";

/** What we build for. */
const PLATFORM = { architecture: "amd64", os: "linux" };

/** A registry's host, a path, and a tag: what containerd asks a registry for. */
const REFERENCE =
  /^[a-z0-9]+([.-][a-z0-9]+)*(:\d+)?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Writes an image into a layout: its layers, its config, its manifest, and its entry in the index.
 *
 * @param image The image.
 * @returns The image's entry in the index.
 * @throws {TypeError} If the reference is not a full one, or a layer is no uncompressed tar archive.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeTar } from "./tar.ts";
 *
 * const layout = await Deno.makeTempDir();
 * await writeTar(`${layout}/layer.tar`, [{ type: "file", path: "hello", content: new Uint8Array(3), mode: 0o755 }]);
 * const { annotations } = await writeImage({
 *   layout,
 *   reference: "kios.local/hello:0.1.0",
 *   layers: [`${layout}/layer.tar`],
 *   config: { entrypoint: ["/hello"], env: { PATH: "/" } },
 * });
 * assert.equal(annotations?.["org.opencontainers.image.ref.name"], "kios.local/hello:0.1.0");
 * ```
 */
export async function writeImage(image: Image): Promise<Descriptor> {
  const { layout, reference } = image;
  if (!REFERENCE.test(reference)) {
    throw new TypeError(
      `Cannot name an image "${reference}": a full reference has a host, a path and a tag, ` +
        'as in "kios.local/hello:0.1.0"',
    );
  }
  const layers: Descriptor[] = [];
  for (const layer of image.layers) {
    await checkLayer(layer);
    layers.push(await addBlob(layout, layer, LAYER_TYPE));
  }
  const config = await addDocument(layout, CONFIG_TYPE, configDocument(image, layers));
  const manifest = await addDocument(layout, MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers,
  });
  const entry = { ...manifest, platform: PLATFORM, annotations: { [REF_NAME]: reference } };
  const others = (await readIndex(layout)).filter((other) => referenceOf(other) !== reference);
  await writeIndex(layout, [...others, entry]);
  return entry;
}

/** The image configuration; a layer that is not compressed has its own digest as its DiffID. */
function configDocument({ config = {}, created }: Image, layers: Descriptor[]): Record<string, unknown> {
  return {
    created: created ?? "1970-01-01T00:00:00Z",
    ...PLATFORM,
    config: {
      User: config.user,
      Env: config.env && sortedEntries(config.env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: config.entrypoint,
      Cmd: config.args,
      WorkingDir: config.workingDir,
      Labels: config.labels && Object.fromEntries(sortedEntries(config.labels)),
      StopSignal: config.stopSignal,
    },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
  };
}

/** The members of a record by name, so that the order they were given in does not show. */
function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1);
}

/** Puts a JSON document into the layout. */
async function addDocument(layout: string, mediaType: string, document: unknown): Promise<Descriptor> {
  return await addBlob(layout, new TextEncoder().encode(JSON.stringify(document)), mediaType);
}

/** Refuses a layer the media type would lie about: a container runtime says so only when it unpacks it. */
async function checkLayer(path: string): Promise<void> {
  using file = await Deno.open(path);
  const header = new Uint8Array(512);
  const length = await file.read(header);
  const magic = new TextDecoder().decode(header.subarray(257, 262));
  // An archive without entries is two blocks of zeros.
  if (length !== 512 || (magic !== "ustar" && header.some((byte) => byte !== 0))) {
    throw new TypeError(`Cannot use "${path}" as a layer: it is no uncompressed tar archive`);
  }
}
