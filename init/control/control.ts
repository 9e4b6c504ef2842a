/**
 * The control socket: HTTP on a Unix socket that only root can reach, for a
 * pod that mounts it.
 *
 * @module
 */

import { type Answer, encodeAnswer } from "./http/answer.ts";
import type { RequestHead } from "./http/request_head.ts";
import { serveRequest } from "./http/serve_request.ts";
import type { Log } from "../log.ts";
import { listenForRoot, type RootListener } from "./root_listener.ts";
import type { Power, Shutdown } from "../shutdown/shutdown.ts";
import type { StatusSource } from "./status.ts";
import type { Supervised } from "../services/supervisor.ts";

/** What the control socket can reach of the node. */
export interface Controls {
  /** How the node is. */
  status: { status(): object; refresh: StatusSource["refresh"] };
  /** The node's end. */
  shutdown: Pick<Shutdown, "request" | "state">;
  /** The services that can be started again, by the names that requests call them. */
  services: Readonly<Record<string, Pick<Supervised, "restart">>>;
}

/** Who asks, for the log. */
const REASON = "control socket";

/** The most clients at a time. */
const MOST_CLIENTS = 32;

/** What a method of a path answers. */
type Route = Readonly<Partial<Record<"GET" | "POST", () => Answer | Promise<Answer>>>>;

/** Tells how the node is. */
async function tell({ status, shutdown }: Controls): Promise<Answer> {
  await status.refresh();
  return { status: 200, body: { ...status.status(), shutdown: shutdown.state()?.power ?? null } };
}

/** Asks for the node's end, and says what has become of the wish. */
function end(power: Power, { shutdown }: Controls): Answer {
  const before = shutdown.state();
  const { power: chosen, hurried } = shutdown.request({ power, reason: REASON });
  const state = before === undefined ? "started" : hurried && !before.hurried ? "shortened" : "running";
  return { status: 202, body: { accepted: power === "off" ? "shutdown" : "reboot", power: chosen, state } };
}

/** Starts a service again. */
function restart(name: string, { services, shutdown }: Controls): Answer {
  if (shutdown.state() !== undefined) {
    return { status: 409, body: { error: `The node is going down: "${name}" is not started again` } };
  }
  services[name]!.restart(REASON);
  return { status: 202, body: { accepted: `restart ${name}` } };
}

/** What is offered. */
function routes(controls: Controls): Readonly<Record<string, Route>> {
  return {
    "/status": { GET: () => tell(controls) },
    "/shutdown": { POST: () => end("off", controls) },
    "/reboot": { POST: () => end("reboot", controls) },
    ...Object.fromEntries(
      Object.keys(controls.services).map((name) => [`/restart/${name}`, { POST: () => restart(name, controls) }]),
    ),
  };
}

/** The answer to what is not offered. */
function refuse(status: number, error: string, allow?: readonly string[]): Answer {
  return { status, body: { error }, ...allow && { allow } };
}

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
 * import { memoryLog } from "../log.ts";
 * import { createShutdown } from "../shutdown/shutdown.ts";
 *
 * const shutdown = createShutdown(() => memoryLog());
 * const status = { status: () => ({}), refresh: () => Promise.resolve() };
 * const controls = { status, shutdown, services: {} };
 * const answer = await answerControl({ method: "POST", path: "/reboot" }, controls);
 * assert.deepEqual(answer, { status: 202, body: { accepted: "reboot", power: "reboot", state: "started" } });
 * ```
 */
export async function answerControl(
  request: Pick<RequestHead, "method" | "path">,
  controls: Controls,
): Promise<Answer> {
  const { method, path } = request;
  const offered = routes(controls);
  const route = Object.hasOwn(offered, path) ? offered[path]! : undefined;
  if (route === undefined) {
    const list = Object.entries(offered).map(([at, methods]) => `${Object.keys(methods)} ${at}`);
    return refuse(404, `There is no "${path}": ask for ${list.join(", ")}`);
  }
  const allow = Object.keys(route).flatMap((name) => name === "GET" ? ["GET", "HEAD"] : [name]);
  const respond = route[method === "HEAD" ? "GET" : method as "GET" | "POST"];
  if (!allow.includes(method) || respond === undefined) {
    return refuse(405, `"${path}" takes ${allow[0]}, not ${method}: send it so`, allow);
  }
  return await respond();
}

/**
 * Serves the control socket.
 *
 * @param path The socket's path.
 * @param controls What it can reach.
 * @param log Where its own failures are told.
 * @returns The socket.
 *
 * @example Usage
 * ```ts
 * import { memoryLog } from "../log.ts";
 * import { createShutdown } from "../shutdown/shutdown.ts";
 *
 * const shutdown = createShutdown(() => memoryLog());
 * const status = { status: () => ({}), refresh: () => Promise.resolve() };
 * const controls = { status, shutdown, services: {} };
 * const control = serveControl(`${Deno.makeTempDirSync()}/control.sock`, controls, memoryLog());
 * control.close();
 * ```
 */
export function serveControl(path: string, controls: Controls, log: Log): RootListener {
  /** Answers, whatever goes wrong. */
  async function respond(request: RequestHead): Promise<Answer> {
    try {
      return await answerControl(request, controls);
    } catch (cause) {
      log.problem(`control socket: ${cause instanceof Error ? cause.message : cause}`);
      return refuse(500, "The node could not answer: its console says why");
    }
  }
  return listenForRoot(path, {
    name: "control socket",
    log,
    limit: MOST_CLIENTS,
    crowded: "oldest leaves",
    serve: ({ conn }) => serveRequest(conn, respond),
    refuse: async (conn) => {
      const error = "Only root may use this socket: run the pod's container as user 0, not in a user namespace";
      await conn.write(encodeAnswer(refuse(403, error)));
    },
  });
}
