// Boots a node whose places lie in a directory and whose services are fakes:
// fake_node.ts <directory> <runtime command> <kubelet command>
import { boot } from "../../../init/main.ts";
import { KIOS } from "../../../init/node.ts";
import type { Service } from "../../../init/services/supervisor.ts";

const [directory = "", runtime = "", kubelet = ""] = Deno.args;

/** Notes each step, and breaks the one that the file "fault" names. */
function beforeStep(name: string): void {
  Deno.writeTextFileSync(`${directory}/steps`, `${name}\n`, { append: true });
  if (Deno.readTextFileSync(`${directory}/fault`) === name) throw new TypeError("injected");
}

function fakeService(name: string, command: string): Service {
  const [path = "", ...args] = command.split(" ");
  return {
    name,
    path,
    args,
    env: { PATH: "/bin:/usr/bin", HOME: directory },
    output: `${directory}/log/${name}.log`,
    group: `${directory}/cgroup/${name}`,
    notifySocket: `${directory}/notify-${name}`,
    readyLimit: 60,
  };
}

await boot({
  ...KIOS,
  log: {
    uptime: "/proc/uptime",
    activeConsoles: `${directory}/active`,
    devices: directory,
    kernelLog: `${directory}/kmsg`,
  },
  firstMounts: [],
  laterMounts: [],
  data: {
    ...KIOS.data,
    classes: `${directory}/block`,
    devices: directory,
    usb: "/nowhere",
    target: `${directory}/data`,
    output: `${directory}/mount.log`,
  },
  kept: { ...KIOS.kept, places: [], etc: undefined, shared: [] },
  runtimeSettings: { ...KIOS.runtimeSettings, file: `${directory}/containerd.toml` },
  machineId: `${directory}/machine-id`,
  clockFloor: `${directory}/clock-floor`,
  skeleton: [],
  sysctls: {},
  limits: [],
  cgroupRoot: `${directory}/cgroup`,
  initGroup: `${directory}/cgroup/init`,
  oomScore: 0,
  reserves: { [`${directory}/cgroup/init`]: 1 << 20 },
  runtime: fakeService("containerd", runtime),
  kubelet: fakeService("kubelet", kubelet),
  configuration: {
    ...KIOS.configuration,
    directory: `${directory}/kubernetes`,
    defaults: `${directory}/defaults`,
    dropIns: `${directory}/config.d`,
    providers: `${directory}/providers`,
    hostname: `${directory}/hostname`,
    settled: 0.3,
    settling: { quiet: 50, longest: 500 },
  },
  backoff: { first: 0.001, longest: 0.004, healthy: 60 },
  runtimeLimit: 5,
  countdown: 2,
  logs: { ...KIOS.logs, init: `${directory}/log/init.log`, limits: { ...KIOS.logs.limits, interval: 0.1 } },
  watchdog: { devices: `${directory}/watchdogs`, timeout: 60, shutdown: 180 },
  osRelease: "/etc/os-release",
  pods: { cgroup: `${directory}/cgroup/kubepods`, manifests: `${directory}/manifests` },
  commandLine: `${directory}/cmdline`,
  hostname: {
    hostname: `${directory}/hostname`,
    hosts: `${directory}/hosts`,
    interfaces: "/sys/class/net",
  },
  registry: { hostname: "127.0.0.1", port: 3170, layouts: [] },
  logind: { bus: `${directory}/bus`, configuration: `${directory}/99-kubelet.conf`, delay: 2 },
  controlSocket: `${directory}/control.sock`,
  mounts: "/dev/null",
  inputs: { classes: "/nowhere", devices: "/nowhere" },
  beforeStep,
});
