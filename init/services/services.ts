import type { Service } from "./supervisor.ts";

/** The root of the control groups. */
export const CGROUP_ROOT = "/sys/fs/cgroup";

/** The control group of PID 1. */
export const INIT_GROUP: string = `${CGROUP_ROOT}/init`;

/** Nothing but the directory of the programs, and a home for those that ask. */
const ENV = { PATH: "/bin", HOME: "/" };

/** What the kernel kills last when memory is short; PID 1 alone is never killed. */
const SYSTEM_OOM_SCORE = -999;

/** The container runtime. */
export const CONTAINERD: Service = {
  name: "containerd",
  path: "/bin/containerd",
  args: ["--config", "/etc/containerd/config.toml"],
  env: ENV,
  output: "/var/log/kios/containerd.log",
  group: `${CGROUP_ROOT}/runtime`,
  notifySocket: "/run/kios/notify/containerd",
  // It reads its databases before it is ready; on a slow disk, after a power cut, that takes time.
  readyLimit: 300,
  // Three in a row: a loaded machine may be late once or twice, and is found dead after some 75 s.
  liveness: { kind: "http2", socket: "/run/containerd/containerd.sock", interval: 15, limit: 10, misses: 3 },
  oomScore: SYSTEM_OOM_SCORE,
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
  output: "/var/log/kios/kubelet.log",
  group: `${CGROUP_ROOT}/kubelet`,
  notifySocket: "/run/kios/notify/kubelet",
  // It is not ready before its certificate is signed, for which it waits 15 minutes before it starts anew by itself:
  // k8s.io/client-go/util/certificate/csr, as called by pkg/kubelet/certificate/bootstrap.
  readyLimit: 1200,
  // It speaks twice in this time, unless its loop stands still for five minutes: pkg/kubelet/watchdog.
  liveness: { kind: "feed", limit: 120 },
  oomScore: SYSTEM_OOM_SCORE,
  held: { file: "/usr/share/kios/kubelet/base.yaml", fifo: "/run/kios/kubelet/base.yaml" },
};
