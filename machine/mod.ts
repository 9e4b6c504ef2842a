/**
 * Drives a node from outside: a machine in QEMU, its console, disks and ports.
 *
 * @module
 */
export * from "./accel.ts";
export * from "./console.ts";
export * from "./data_disk.ts";
export * from "./errors.ts";
export * from "./esp.ts";
export * from "./firmware.ts";
export * from "./machine.ts";
export * from "./machine_options.ts";
export * from "./page.ts";
export * from "./qemu_arguments.ts";
export * from "./qmp.ts";
export * from "./run.ts";
export * from "./tools.ts";
