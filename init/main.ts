/**
 * PID 1 of kiOS: `boot` is the story, the tables it works from are in node.ts.
 *
 * @module
 */

import { bringUp, RB_AUTOBOOT, RB_POWER_OFF, reboot } from "../ffi/mod.ts";
import { enableControllers, makeGroups } from "./cgroups.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import { serveControl } from "./control.ts";
import { nameHost } from "./hostname.ts";
import { lastResort } from "./last_resort.ts";
import { doneWithin } from "./done_within.ts";
import { setLimits } from "./limits.ts";
import { type Log, openLog } from "./log.ts";
import { mountAll } from "./mounts.ts";
import { KIOS, type Node } from "./node.ts";
import { shutdownPhases } from "./phases.ts";
import { findPowerButtons, watchPowerButton } from "./power_button.ts";
import { createReaper, type Reaper } from "./reaper.ts";
import { serveRegistry } from "./registry.ts";
import { rotate } from "./service_log.ts";
import { type Request, runPhases } from "./shutdown.ts";
import { takeSignals } from "./signals.ts";
import { makeSkeleton } from "./skeleton.ts";
import { createSteps } from "./steps.ts";
import { type Service, supervise, type Supervised } from "./supervisor.ts";
import { writeSysctls } from "./sysctls.ts";

/** Asks for the node's end; the first to ask is heard. */
type RequestShutdown = (request: Request) => void;

/** The services in care. */
interface Services {
  runtime: Supervised;
  kubelet: Supervised;
}

/** How often the services' logs are looked at, in milliseconds. */
const ROTATION_INTERVAL = 60_000;

/**
 * Boots a node, keeps it running, and takes it down when that is asked for.
 *
 * The runtime is started as soon as what it needs is there; all the rest
 * happens while it starts.
 *
 * @param node The node.
 * @returns A promise that is never kept on a machine: the end is reboot(2).
 */
export async function boot(node: Node): Promise<void> {
  const shutdown = Promise.withResolvers<Request>();
  const reaper = createReaper();
  listenToSignals(reaper, shutdown.resolve);
  const { required, optional } = createSteps(node.beforeStep);
  let log: Log | undefined;
  try {
    const complaints = required("mount what the runtime needs", () => mountAll(node.firstMounts));
    const said = log = openLog(node.log);
    surviveErrors(log);
    log.write("init started");
    required("make the skeleton", () => makeSkeleton(node.skeleton));
    const words = required("read the command line", () => parseCommandLine(Deno.readTextFileSync(node.commandLine)));
    complaints.push(...words.complaints, ...setLimits(node.limits));
    const services = required("take care of services", () => superviseServices(node, { words, reaper, log: said }));
    services.runtime.start();

    complaints.push(...required("mount the rest", () => mountAll(node.laterMounts)));
    complaints.push(...optional("set the kernel up", log, () => writeSysctls(node.sysctls)) ?? []);
    complaints.forEach(log.problem);
    required("enable controllers", () => enableControllers(node.cgroupRoot));
    optional("bring up lo", log, () => bringUp("lo"));
    const hostname = required(
      "name the host",
      () => nameHost(node.hostname, { commandLine: words.hostname, complain: said.problem }),
    );
    required("serve images", () => openRegistry(node, said));
    optional("open the control socket", log, () =>
      openControlSocket(node, {
        services,
        hostname,
        requestShutdown: shutdown.resolve,
      }));
    optional(
      "watch the power button",
      log,
      () => watchPowerButtons(node, { requestShutdown: shutdown.resolve, log: said }),
    );
    optional("keep logs small", log, () => keepLogsSmall([node.runtime, node.kubelet], node.logLimit));
    services.kubelet.start();

    const request = await shutdown.promise;
    log.write(`shutdown: ${request.reason}`);
    await runPhases(shutdownPhases({ ...node, ...services, reaper }), log, node.beforeStep);
    await powerDown(request, log);
  } catch (cause) {
    await lastResort(cause, log ?? openLog(node.log), {
      countdown: node.countdown,
    });
  }
}

/** Takes the signals that mean something to PID 1, and collects what has ended before. */
function listenToSignals(
  reaper: Reaper,
  requestShutdown: RequestShutdown,
): void {
  takeSignals({
    SIGCHLD: reaper.sweep,
    SIGINT: () => requestShutdown({ power: "reboot", reason: "Ctrl-Alt-Del" }),
    SIGTERM: () => requestShutdown({ power: "off", reason: "SIGTERM" }),
    SIGPWR: () => requestShutdown({ power: "off", reason: "power failure" }),
  });
  reaper.sweep();
}

/** Tells of errors that nobody caught, instead of dying of them: that would be a panic. */
function surviveErrors(log: Log): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.problem(`internal error: ${event.reason}`);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    log.problem(`internal error: ${event.message}`);
  });
}

/** Takes the services into care, each with a control group. */
function superviseServices(
  node: Node,
  options: { words: CommandLine; reaper: Reaper; log: Log },
): Services {
  const { words, reaper, log } = options;
  makeGroups([node.initGroup, node.runtime.group, node.kubelet.group]);
  const take = (service: Service, needs?: Promise<void>) =>
    supervise(
      words.log === "console" ? { ...service, output: "/dev/console" } : service,
      { log, reaper, backoff: node.backoff, home: node.initGroup, ...needs && { needs } },
    );
  const runtime = take(node.runtime);
  const needs = runtimeReady(runtime, { limit: node.runtimeLimit, log });
  return { runtime, kubelet: take(node.kubelet, needs) };
}

/** Serves the images that came with the system. */
function openRegistry(node: Node, log: Log): void {
  serveRegistry(node.registry, log.problem);
  log.write("registry listening");
}

/** Lets root, and the pods it lets, ask how the node is and end it. */
function openControlSocket(
  node: Node,
  options: {
    services: Services;
    hostname: string;
    requestShutdown: RequestShutdown;
  },
): void {
  const { services, hostname, requestShutdown } = options;
  serveControl(node.controlSocket, {
    status: () => ({
      hostname,
      uptime: parseFloat(Deno.readTextFileSync(node.log.uptime)),
      services: [services.runtime.status(), services.kubelet.status()],
    }),
    requestShutdown,
  });
}

/** Ends the node when its power button is pressed. */
function watchPowerButtons(
  node: Node,
  options: { requestShutdown: RequestShutdown; log: Log },
): void {
  const { requestShutdown, log } = options;
  for (const name of findPowerButtons(node.inputs.classes)) {
    watchPowerButton(
      `${node.inputs.devices}/${name}`,
      () => requestShutdown({ power: "off", reason: "power button" }),
    ).catch((cause) => log.problem(`power button: ${cause.message}`));
  }
}

/** Looks at the services' logs from time to time, for they lie in RAM. */
function keepLogsSmall(services: readonly Service[], limit: number): void {
  setInterval(
    () => services.forEach(({ output }) => rotate(output, limit)),
    ROTATION_INTERVAL,
  );
}

/** Waits until the runtime is ready, but not for ever: a kubelet that finds none says so itself. */
async function runtimeReady(
  runtime: Supervised,
  options: { limit: number; log: Log },
): Promise<void> {
  const { limit, log } = options;
  if (await doneWithin(runtime.ready, limit)) return;
  log.problem(`containerd not ready after ${limit} s, kubelet goes on without`);
}

/** Ends the machine. */
async function powerDown(request: Request, log: Log): Promise<void> {
  log.write(request.power === "off" ? "power off" : "reboot");
  await log.drain();
  reboot(request.power === "off" ? RB_POWER_OFF : RB_AUTOBOOT);
}

if (import.meta.main) await boot(KIOS);
