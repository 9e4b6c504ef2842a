/**
 * Just enough of a Kubernetes API server for a kubelet: it keeps the objects it is given, and tells of their changes.
 *
 * @module
 */

/** An object of the API, as far as it is looked at. */
export interface ApiObject {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    resourceVersion?: string;
    [key: string]: unknown;
  };
  // deno-lint-ignore no-explicit-any -- whatever the kubelet sends
  [key: string]: any;
}

/** The server. */
export interface FakeApi extends AsyncDisposable {
  /** Its address as the guest sees it. */
  url: string;
  /** The objects of a kind, as in `nodes`. */
  all(resource: string): ApiObject[];
  /** Waits until an object of a kind is as wanted. */
  expect(resource: string, isWanted: (object: ApiObject) => boolean, timeout: number): Promise<ApiObject>;
  /** Gives a request for a certificate the certificate: the whole of the `openssl x509` dance. */
  sign(request: ApiObject): Promise<void>;
}

/** `/api/v1/` or `/apis/GROUP/VERSION/`, a namespace or none, the resource, a name or none, and a part of the object. */
const ROUTE = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/;

/** The kinds of lists that are not simply a List. */
const LIST_KINDS: Record<string, string> = {
  certificatesigningrequests: "CertificateSigningRequestList",
  csidrivers: "CSIDriverList",
  csinodes: "CSINodeList",
  leases: "LeaseList",
  runtimeclasses: "RuntimeClassList",
};

/** Where the guest finds the host: QEMU's user network. */
const HOST_OF_GUEST = "10.0.2.2";

/** Lays `patch` over `object`, as a merge patch does. */
// deno-lint-ignore no-explicit-any -- JSON
function merge(object: any, patch: any): any {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result = { ...object };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (!key.startsWith("$")) result[key] = merge(result[key], value);
  }
  return result;
}

/** Runs openssl with `input` and returns what it prints. */
async function openssl(args: string[], input: string): Promise<string> {
  const child = new Deno.Command("openssl", { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new TypeError(`openssl ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/**
 * Starts the server on a free port.
 *
 * @returns The server
 */
export function serveFakeApi(): FakeApi {
  const objects = new Map<string, { resource: string; object: ApiObject }>();
  const watchers = new Set<
    { resource: string; name?: string | undefined; send(type: string, object: unknown): void; close(): void }
  >();
  let version = 1;

  function put(resource: string, key: string, object: ApiObject): ApiObject {
    const type = objects.has(key) ? "MODIFIED" : "ADDED";
    object.metadata = { uid: crypto.randomUUID(), creationTimestamp: new Date().toISOString(), ...object.metadata };
    object.metadata.resourceVersion = `${++version}`;
    objects.set(key, { resource, object });
    for (const watcher of watchers) {
      if (watcher.resource !== resource) continue;
      if (watcher.name === undefined || watcher.name === object.metadata.name) watcher.send(type, object);
    }
    return object;
  }

  function listOf(resource: string, selector: URLSearchParams): { items: ApiObject[]; name?: string | undefined } {
    const [, name] = /metadata\.name=([^,]+)/.exec(selector.get("fieldSelector") ?? "") ?? [];
    const items = [...objects.values()].filter((entry) => entry.resource === resource).map(({ object }) => object)
      .filter(({ metadata }) => name === undefined || metadata.name === name);
    return { items, name };
  }

  function watch(resource: string, query: URLSearchParams): Response {
    const { items, name } = listOf(resource, query);
    let watcher: Parameters<typeof watchers.add>[0];
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (type: string, object: unknown) =>
          controller.enqueue(new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`));
        watchers.add(watcher = { resource, name, send, close: () => controller.close() });
        if (query.get("sendInitialEvents") !== "true") return;
        items.forEach((object) => send("ADDED", object));
        const annotations = { "k8s.io/initial-events-end": "true" };
        send("BOOKMARK", {
          ...items[0] && { kind: items[0].kind },
          metadata: { resourceVersion: `${version}`, annotations },
        });
      },
      cancel: () => void watchers.delete(watcher),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, namespace, resource, name] = ROUTE.exec(pathname) ?? [];
    if (resource === undefined) return status(404, pathname);
    const apiVersion = pathname.startsWith("/api/") ? "v1" : pathname.split("/").slice(2, 4).join("/");
    const key = (of: string | undefined) => `${resource}/${namespace ?? ""}/${of}`;
    if (request.method === "POST") {
      const object = await request.json() as ApiObject;
      object.metadata.name ??= `${object.metadata["generateName"]}${crypto.randomUUID().slice(0, 8)}`;
      if (namespace !== undefined) object.metadata.namespace = namespace;
      if (objects.has(key(object.metadata.name))) return status(409, pathname, "AlreadyExists");
      return Response.json(put(resource, key(object.metadata.name), object), { status: 201 });
    }
    if (name === undefined) {
      if (searchParams.get("watch") !== null) return watch(resource, searchParams);
      const { items } = listOf(resource, searchParams);
      return Response.json({
        apiVersion,
        kind: LIST_KINDS[resource] ?? "List",
        metadata: { resourceVersion: `${version}` },
        items,
      });
    }
    const old = objects.get(key(name))?.object;
    if (request.method === "PUT") return Response.json(put(resource, key(name), await request.json()));
    if (old === undefined) return status(404, pathname);
    if (request.method === "PATCH") return Response.json(put(resource, key(name), merge(old, await request.json())));
    if (request.method === "DELETE") objects.delete(key(name));
    return Response.json(old);
  }

  function status(code: number, path: string, reason = "NotFound"): Response {
    return Response.json({ apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message: path }, {
      status: code,
    });
  }

  const end = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, signal: end.signal, onListen() {} }, answer);
  const all = (resource: string) => listOf(resource, new URLSearchParams()).items;
  return {
    url: `http://${HOST_OF_GUEST}:${server.addr.port}`,
    all,
    async expect(resource, isWanted, timeout) {
      for (const deadline = Date.now() + timeout;; await new Promise((done) => setTimeout(done, 100))) {
        const found = all(resource).find(isWanted);
        if (found !== undefined) return found;
        if (Date.now() > deadline) {
          throw new RangeError(`No such object: ${JSON.stringify(all(resource)).slice(0, 2000)}`);
        }
      }
    },
    async sign(request) {
      const folder = await Deno.makeTempDir();
      const [key, ca] = [`${folder}/ca.key`, `${folder}/ca.crt`];
      await openssl(
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", ca, "-subj", "/CN=kubernetes"],
        "",
      );
      await Deno.writeTextFile(`${folder}/ext`, "extendedKeyUsage=clientAuth\nkeyUsage=digitalSignature\n");
      const args = [
        "x509",
        "-req",
        "-CA",
        ca,
        "-CAkey",
        key,
        "-days",
        "7",
        "-CAcreateserial",
        "-extfile",
        `${folder}/ext`,
      ];
      const certificate = await openssl(args, atob(request["spec"].request));
      await Deno.remove(folder, { recursive: true });
      const conditions = [{ type: "Approved", status: "True", reason: "Test", message: "" }];
      const signed = { ...request, status: { conditions, certificate: btoa(certificate) } };
      put("certificatesigningrequests", `certificatesigningrequests//${request.metadata.name}`, signed);
    },
    async [Symbol.asyncDispose]() {
      for (const watcher of watchers) watcher.close();
      end.abort();
      await server.finished;
    },
  };
}
