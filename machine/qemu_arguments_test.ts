import assert from "node:assert/strict";
import { qemuArguments, type QemuOptions } from "./qemu_arguments.ts";

const plain: QemuOptions = {
  accelerator: "tcg",
  memory: 512,
  cpus: 2,
  qmpSocket: "/tmp/qmp",
};

/** The values that follow each `word` of the command line. */
function values(words: string[], word: string): string[] {
  return words.filter((_, index) => words[index - 1] === word);
}

Deno.test("qemuArguments() gives the processor that the accelerator can make", () => {
  assert.deepEqual(values(qemuArguments(plain), "-cpu"), ["max"]);
  const kvm = qemuArguments({ ...plain, accelerator: "kvm" });
  assert.deepEqual(values(kvm, "-cpu"), ["host"]);
  assert.deepEqual(values(kvm, "-accel"), ["kvm"]);
});

Deno.test("qemuArguments() starts firmware from flash, its program read-only", () => {
  const words = qemuArguments({
    ...plain,
    firmware: { code: "/a,b/CODE.fd", variables: "/tmp/VARS.fd" },
  });
  assert.deepEqual(values(words, "-drive"), [
    "if=pflash,format=raw,unit=0,readonly=on,file=/a,,b/CODE.fd",
    "if=pflash,format=raw,unit=1,file=/tmp/VARS.fd",
  ]);
});

Deno.test("qemuArguments() loads a kernel itself", () => {
  const words = qemuArguments({
    ...plain,
    kernel: "bzImage",
    initrd: "initrd",
    commandLine: "console=ttyS0 quiet",
  });
  assert.deepEqual(values(words, "-kernel"), ["bzImage"]);
  assert.deepEqual(values(words, "-initrd"), ["initrd"]);
  assert.deepEqual(values(words, "-append"), ["console=ttyS0 quiet"]);
});

Deno.test("qemuArguments() attaches each disk to its bus, in boot order", () => {
  const words = qemuArguments({
    ...plain,
    disks: [
      { file: "a", throwAway: true },
      { file: "b", bus: "nvme", format: "qcow2" },
      { file: "c", bus: "ahci", readOnly: true },
    ],
  });
  assert.deepEqual(values(words, "-drive"), [
    "if=none,id=disk0,format=raw,file=a,snapshot=on,cache=unsafe",
    "if=none,id=disk1,format=qcow2,file=b",
    "if=none,id=disk2,format=raw,file=c,readonly=on",
  ]);
  const devices = values(words, "-device");
  assert(devices.includes("virtio-blk-pci,drive=disk0,bootindex=0"));
  assert(devices.includes("nvme,drive=disk1,serial=disk1,bootindex=1"));
  assert(devices.includes("ide-hd,drive=disk2,bus=ide.2,bootindex=2"));
});

Deno.test("qemuArguments() leaves the network out when asked to", () => {
  const words = qemuArguments({ ...plain, nic: "none" });
  assert.deepEqual(values(words, "-netdev"), []);
});
