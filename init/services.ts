import type { Service } from "./supervisor.ts";

/** The root of the control groups. */
export const CGROUP_ROOT = "/sys/fs/cgroup";

/** The control group of PID 1. */
export const INIT_GROUP: string = `${CGROUP_ROOT}/init`;

/** Nothing but the directory of the programs, and a home for those that ask. */
const ENV = { PATH: "/bin", HOME: "/" };

/** The container runtime. */
export const CONTAINERD: Service = {
  name: "containerd",
  path: "/bin/containerd",
  args: ["--config", "/etc/containerd/config.toml"],
  env: ENV,
  output: "/var/log/containerd.log",
  group: `${CGROUP_ROOT}/runtime`,
  notifySocket: "/run/kios/notify/containerd",
};

/**
 * The kubelet; what it does stands in its configuration file. It exits when it finds no runtime, so it gets that file
 * when the runtime is ready, and starts beside it until there.
 */
export const KUBELET: Service = {
  name: "kubelet",
  path: "/bin/kubelet",
  args: [
    "--config=/usr/share/kios/kubelet/base.yaml",
    "--root-dir=/var/lib/kubelet",
    "--cert-dir=/var/lib/kubelet/pki",
  ],
  env: ENV,
  output: "/var/log/kubelet.log",
  group: `${CGROUP_ROOT}/kubelet`,
  notifySocket: "/run/kios/notify/kubelet",
  held: { file: "/usr/share/kios/kubelet/base.yaml", fifo: "/run/kios/kubelet/base.yaml" },
};
