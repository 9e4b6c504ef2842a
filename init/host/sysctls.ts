/**
 * The kernel's settings.
 *
 * @module
 */

/** The settings by purpose: the path below /proc/sys, where `*` is any name, and the value. */
export const SYSCTLS: Readonly<Record<string, string>> = {
  // Ctrl-Alt-Del asks PID 1, rather than resetting the machine at once.
  "kernel/ctrl-alt-del": "0",

  // The reserve for allocations that cannot wait. The kernel takes 5.6 MB of
  // 2 GiB, but over 100 MB once transparent huge pages are on, which a small
  // machine has not got. 8 MB fills the receive ring of a network card.
  "vm/min_free_kbytes": "8192",

  // What the kubelet sets or, under protectKernelDefaults, insists on.
  "vm/overcommit_memory": "1",
  "vm/panic_on_oom": "0",
  "kernel/panic": "10",
  "kernel/panic_on_oops": "1",
  "kernel/keys/root_maxkeys": "1000000",
  "kernel/keys/root_maxbytes": "25000000",

  // A node forwards the packets of its pods; an IPv6 router that forwards
  // hears router advertisements only when told twice (accept_ra=2).
  "net/ipv4/ip_forward": "1",
  "net/ipv6/conf/all/forwarding": "1",
  "net/ipv6/conf/default/forwarding": "1",
  "net/ipv6/conf/all/accept_ra": "2",
  "net/ipv6/conf/default/accept_ra": "2",
  "net/ipv4/conf/all/send_redirects": "0",
  "net/ipv4/conf/default/send_redirects": "0",
  "net/ipv4/conf/all/accept_redirects": "0",
  "net/ipv4/conf/default/accept_redirects": "0",
  "net/ipv6/conf/all/accept_redirects": "0",
  "net/ipv6/conf/default/accept_redirects": "0",
  // Nor does a packet choose its own way through the node.
  "net/ipv4/conf/all/accept_source_route": "0",
  "net/ipv4/conf/default/accept_source_route": "0",
  "net/ipv6/conf/all/accept_source_route": "0",
  "net/ipv6/conf/default/accept_source_route": "0",
  "net/ipv4/icmp_echo_ignore_broadcasts": "1",
  "net/ipv4/icmp_ignore_bogus_error_responses": "1",
  // A connection whose other end is gone is noticed after a quarter of an hour, not after two: load balancers and
  // firewalls forget it sooner.
  "net/ipv4/tcp_keepalive_time": "600",
  "net/ipv4/tcp_keepalive_intvl": "60",
  // A cluster has more neighbours than an office.
  "net/ipv4/neigh/default/gc_thresh2": "15360",
  "net/ipv4/neigh/default/gc_thresh3": "16384",
  "net/ipv6/neigh/default/gc_thresh2": "15360",
  "net/ipv6/neigh/default/gc_thresh3": "16384",

  // When an address goes, those that were given beside it stay. dhcpcd wants it
  // and cannot set it from its pod. Unlike others, this one does not reach the
  // interfaces that are there already through "default".
  "net/ipv4/conf/*/promote_secondaries": "1",
  // From here up a pod of the host's network needs no capability: 68 is what
  // a DHCP client listens on. Ports guard nothing where nobody logs in.
  "net/ipv4/ip_unprivileged_port_start": "68",

  // Many pods share what the kernel means for one user's session.
  "fs/inotify/max_user_instances": "8192",
  "fs/inotify/max_user_watches": "524288",
  "kernel/pid_max": "4194304",
  "fs/aio-max-nr": "1048576",
  // Databases map more files than the kernel's 65530.
  "vm/max_map_count": "1048576",

  // The Kernel Self Protection Project's settings that workloads do not miss. Missing are those for what the kernel is
  // built without (kexec, userfaultfd, sysrq), and what pods do miss: user namespaces (user.max_user_namespaces),
  // io_uring (which the default seccomp profile refuses), and a debugger among themselves (yama.ptrace_scope=3).
  "kernel/dmesg_restrict": "1",
  "kernel/kptr_restrict": "2",
  "kernel/perf_event_paranoid": "3",
  "kernel/randomize_va_space": "2",
  "kernel/unprivileged_bpf_disabled": "1",
  "kernel/yama/ptrace_scope": "2",
  "net/core/bpf_jit_harden": "2",
  "dev/tty/ldisc_autoload": "0",
  "dev/tty/legacy_tiocsti": "0",
  "fs/protected_fifos": "2",
  "fs/protected_hardlinks": "1",
  "fs/protected_regular": "2",
  "fs/protected_symlinks": "1",
  "fs/suid_dumpable": "0",
  "vm/mmap_min_addr": "65536",
  // No core files, even where a privileged pod raises its limit: the kernel starts no program of the host, and this one
  // is not there either. core(5)
  "kernel/core_pattern": "|/bin/false",
};

/** The paths a pattern with at most one `*` for a directory stands for. */
function expand(root: string, pattern: string): string[] {
  const [before, after] = pattern.split("*");
  if (after === undefined) return [`${root}/${pattern}`];
  return [...Deno.readDirSync(`${root}/${before}`)]
    .map(({ name }) => `${root}/${before}${name}${after}`);
}

/**
 * Writes settings.
 *
 * @param settings The path below `root`, where `*` is any name, and the value.
 * @param root The directory of the settings.
 * @returns What could not be set and why, for the log.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const complaints = writeSysctls({ "vm/colour": "red" }, "/nowhere");
 * assert.equal(complaints.length, 1);
 * ```
 */
export function writeSysctls(
  settings: Readonly<Record<string, string>>,
  root = "/proc/sys",
): string[] {
  const complaints: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    try {
      for (const path of expand(root, name)) {
        // Some settings insist on the line break.
        Deno.writeTextFileSync(path, `${value}\n`, { create: false });
      }
    } catch (cause) {
      complaints.push(`Cannot set "${name}": ${(cause as Error).message}`);
    }
  }
  return complaints;
}
