/**
 * PID 1 of kiOS: `boot` is the story, the tables it works from are in node.ts.
 *
 * @module
 */

import { bringUp, RB_AUTOBOOT, RB_POWER_OFF, reboot } from "../ffi/mod.ts";
import { enableControllers, makeGroups, protectMemory } from "./host/cgroups.ts";
import { raiseClock } from "./host/clock_floor.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import { type Configuration, configureKubelet } from "./kubelet/configuration.ts";
import { type Display, showDisplay } from "./console/display.ts";
import { statusLines } from "./console/status_lines.ts";
import { serveControl } from "./control/control.ts";
import { type DataPartition, noPartition, takeData } from "./data/partition.ts";
import { keepReserve } from "./data/reserve.ts";
import { type HardwareWatchdog, watchHardware } from "./host/hardware_watchdog.ts";
import { nameHost } from "./host/hostname.ts";
import { mountKept } from "./data/kept.ts";
import { lastResort } from "./last_resort.ts";
import { doneWithin } from "./done_within.ts";
import { setOomScore } from "./services/launch.ts";
import { setLimits } from "./host/limits.ts";
import { type Log, openLog } from "./log.ts";
import { serveLogind } from "./logind/facade.ts";
import { keepLogs, type Logs } from "./logs/logs.ts";
import { keepMachineId } from "./host/machine_id.ts";
import { mountAll } from "./host/mounts.ts";
import { KIOS, type Node } from "./node.ts";
import { shutdownPhases } from "./shutdown/phases.ts";
import { findPowerButtons, watchPowerButton } from "./host/power_button.ts";
import { keepSeed, takeSeed } from "./data/random_seed.ts";
import { createReaper, type Reaper } from "./services/reaper.ts";
import { serveRegistry } from "./registry.ts";
import { createShutdown, describePower, type Request, runPhases, type Shutdown } from "./shutdown/shutdown.ts";
import { writeRuntimeSettings } from "./data/runtime_settings.ts";
import { takeSignals } from "./signals.ts";
import { makeSkeleton } from "./host/skeleton.ts";
import { createStatus, type StatusSource } from "./control/status.ts";
import { createSteps } from "./steps.ts";
import { type Service, supervise, type Supervised, type Surroundings } from "./services/supervisor.ts";
import { writeSysctls } from "./host/sysctls.ts";

/** Asks for the node's end. */
type RequestShutdown = Shutdown["request"];

/** The services in care. */
interface Services {
  runtime: Supervised;
  kubelet: Supervised;
}

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
  let log: Log | undefined;
  const shutdown = createShutdown(() => log);
  const reaper = createReaper();
  listenToSignals(reaper, shutdown.request);
  const { required, optional } = createSteps(node.beforeStep);
  let display: Display | undefined;
  try {
    const complaints = required("mount what everything needs", () => mountAll(node.firstMounts));
    const said = log = openLog(node.log);
    surviveErrors(log);
    log.write("init started");
    required("make the skeleton", () => makeSkeleton(node.skeleton));
    const words = required("read the command line", () => parseCommandLine(Deno.readTextFileSync(node.commandLine)));
    complaints.push(...words.complaints, ...setLimits(node.limits));
    complaints.push(...optional("look at the clock", log, () => raiseClock(node.clockFloor)) ?? []);
    const data = await optional("take the data partition", log, () =>
      takeData(node.data, { ...words, reaper, log: said })) ??
      noPartition(node.data.target);
    await required("mount what is kept", () => mountKept(node.kept, { data, reaper, log: said }));
    const { configuration, ...services } = required(
      "take care of services",
      () => superviseServices(node, { words, reaper, log: said }),
    );
    const logs = required("keep logs", () => keepNodeLogs(node, { log: said, shown: words.log }));
    required("tell the runtime where its files lie", () => writeRuntimeSettings(node.runtimeSettings, data.state));
    services.runtime.start();
    const identity = optional("keep the identity", log, () => keepMachineId(node.machineId, said.problem));
    void optional("seed the entropy pool", log, () => takeSeed(node.seed, data));

    complaints.push(...required("mount the rest", () => mountAll(node.laterMounts)));
    complaints.push(...optional("set the kernel up", log, () => writeSysctls(node.sysctls)) ?? []);
    complaints.forEach(log.problem);
    required("enable controllers", () => enableControllers(node.cgroupRoot));
    optional("protect the system's memory", log, () => protect(node, said));
    optional("bring up lo", log, () => bringUp("lo"));
    const hostname = required(
      "name the host",
      () => nameHost(node.hostname, { commandLine: words.hostname, complain: said.problem }),
    );
    const registry = required("serve images", () => openRegistry(node, said));
    const logind = optional("be logind", log, () => serveLogind(node.logind, said));
    const status = required(
      "gather the status",
      () => gatherStatus(node, { services, configuration, hostname, data, log: said }),
    );
    const controls = { status, shutdown, services: { ...services } };
    const control = optional("open the control socket", log, () => serveControl(node.controlSocket, controls, said));
    optional(
      "watch the power button",
      log,
      () => watchPowerButtons(node, { requestShutdown: shutdown.request, log: said }),
    );
    const reserve = optional("keep a reserve", log, () => keepRoom(node, data, said));
    const watchdog = optional("feed the watchdog", log, () => watchHardware(node.watchdog, said));
    await identity;
    services.kubelet.start();
    const watching = optional("watch the configuration", log, () => configuration.watch(services.kubelet.restart));
    display = optional("show the status", log, () => showStatus(node, { status, log: said, style: words.console }));

    const request = await shutdown.asked;
    watching?.[Symbol.dispose](); // whatever comes now, the kubelet has pods to end
    display?.end();
    watchdog?.slow();
    log.write(`shutdown: ${request.reason}`);
    const servers = [control, logind, registry].filter((server) => server !== undefined);
    const keep = async () => {
      await reserve?.();
      await keepSeed(node.seed, data);
    };
    const phases = shutdownPhases({ ...node, ...services, logind, servers, reaper, log, logs, keep });
    await runPhases(phases, log, { hurried: shutdown.hurried, before: node.beforeStep });
    await powerDown(request, { log, watchdog });
  } catch (cause) {
    display?.end();
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
): Services & { configuration: Configuration } {
  const { words, reaper, log } = options;
  makeGroups([node.initGroup, node.runtime.group, node.kubelet.group]);
  const take = (service: Service, more: Partial<Surroundings> = {}) =>
    supervise(service, { log, reaper, backoff: node.backoff, home: node.initGroup, ...more });
  const runtime = take(node.runtime);
  const needs = runtimeReady(runtime, { limit: node.runtimeLimit, log });
  const configuration = configureKubelet(node.configuration, {
    words,
    log,
    output: node.kubelet.output,
    runtimeIsReady: () => runtime.status().state === "ready",
  });
  return { runtime, kubelet: take(node.kubelet, { needs, attempts: configuration.attempts }), configuration };
}

/** Keeps a reserve on the data partition, for the day it is full. */
function keepRoom(node: Node, data: DataPartition, log: Log): (() => Promise<void>) | undefined {
  return data.state === "disk" ? keepReserve(data.target, node.data.reserve, log) : undefined;
}

/** Serves the images that came with the system. */
function openRegistry(node: Node, log: Log): { close(): void } {
  const server = serveRegistry(node.registry, log.problem);
  log.write("registry listening");
  return { close: () => void server.shutdown() };
}

/** Gathers what the node tells about itself. */
function gatherStatus(
  node: Node,
  options: { services: Services; configuration: Configuration; hostname: string; data: DataPartition; log: Log },
): StatusSource {
  const { services, configuration, hostname, data, log } = options;
  return createStatus({
    hostname,
    osRelease: node.osRelease,
    uptime: node.log.uptime,
    pods: node.pods,
    mode: configuration.mode,
    services: () => [services.runtime.status(), services.kubelet.status()],
    disk: data.status,
    lastProblem: log.lastProblem,
  });
}

/** Shows on the consoles how the node is, at the top of those that can show it there. */
function showStatus(
  node: Node,
  options: { status: StatusSource; log: Log; style: CommandLine["console"] },
): Display {
  const { status, log, style } = options;
  const display = showDisplay(style === "status" ? log.terminals : [], {
    lines: () => statusLines(status.status()),
    refresh: status.refresh,
    ...node.display,
  });
  log.listen(display.changed);
  return display;
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

/** Keeps the logs, and shows those that are asked for on the consoles. */
function keepNodeLogs(node: Node, options: { log: Log; shown: readonly string[] }): Logs {
  return keepLogs(node.logs, { ...options, services: [node.runtime, node.kubelet] });
}

/** Sees to it that pods lose their memory before the system does. */
function protect(node: Node, log: Log): void {
  if (!setOomScore("self", node.oomScore)) log.problem(`cannot set the OOM score of PID 1 to ${node.oomScore}`);
  protectMemory(node.reserves).forEach(log.problem);
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
async function powerDown(
  request: Request,
  options: { log: Log; watchdog: HardwareWatchdog | undefined },
): Promise<void> {
  const { log, watchdog } = options;
  log.write(describePower(request.power));
  await log.drain();
  // A reboot that hangs is one more reason to reset the machine; one that is off stays off.
  if (request.power === "off") watchdog?.disarm();
  reboot(request.power === "off" ? RB_POWER_OFF : RB_AUTOBOOT);
}

if (import.meta.main) await boot(KIOS);
