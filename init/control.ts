/**
 * The control socket: HTTP on a Unix socket that only root can reach, for a
 * pod that mounts it.
 *
 * @module
 */

import type { Power, Request as ShutdownRequest } from "./shutdown.ts";

/** What the control socket can reach of the node. */
export interface Controls {
  /** Tells how the node is doing. */
  status(): object;
  /** Asks for its end. */
  requestShutdown(request: ShutdownRequest): void;
}

/** What a POST to a path asks for. */
const REQUESTS: Readonly<Record<string, Power>> = {
  "/shutdown": "off",
  "/reboot": "reboot",
};

/**
 * Answers one request to the control socket.
 *
 * @param request The request.
 * @param controls What it can reach.
 * @returns The answer.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const response = answerControl(new Request("http://kios/reboot", { method: "POST" }), {
 *   status: () => ({ hostname: "node-7", uptime: 1, services: [] }),
 *   requestShutdown: ({ power }) => assert.equal(power, "reboot"),
 * });
 * assert.equal(response.status, 202);
 * ```
 */
export function answerControl(request: Request, controls: Controls): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/status") {
    return request.method === "GET"
      ? Response.json(controls.status())
      : refuse(405, `"/status" takes GET, not ${request.method}`);
  }
  const power = REQUESTS[pathname];
  if (power === undefined) return refuse(404, `There is no "${pathname}"`);
  if (request.method !== "POST") {
    return refuse(405, `"${pathname}" takes POST, not ${request.method}`);
  }
  controls.requestShutdown({ power, reason: "control socket" });
  return Response.json({ accepted: pathname.slice(1) }, { status: 202 });
}

/** The answer to what is not offered. */
function refuse(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}

/**
 * Serves the control socket.
 *
 * @param path The socket's path, in a directory that only root can enter.
 * @param controls What it can reach.
 * @returns The server.
 *
 * @example Usage
 * ```ts
 * const server = serveControl(`${Deno.makeTempDirSync()}/control.sock`, {
 *   status: () => ({ hostname: "node-7", uptime: 1, services: [] }),
 *   requestShutdown() {},
 * });
 * await server.shutdown();
 * ```
 */
export function serveControl(
  path: string,
  controls: Controls,
): Deno.HttpServer<Deno.UnixAddr> {
  const server = Deno.serve(
    { path, onListen() {} },
    (request) => answerControl(request, controls),
  );
  Deno.chmodSync(path, 0o600);
  return server;
}
