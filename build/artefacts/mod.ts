/**
 * Writers and readers of the formats a system is made of: archives, container images, EFI programs.
 *
 * Writers give the same bytes for the same input, whatever the machine, the time or the umask; an artefact appears under its name
 * when it is whole.
 *
 * @module
 */
export * from "./bzimage.ts";
export * from "./content.ts";
export * from "./cpio.ts";
export * from "./elf.ts";
export * from "./oci.ts";
export * from "./oci_layout.ts";
export * from "./oci_verify.ts";
export * from "./pe.ts";
export * from "./pe_sections.ts";
export * from "./tar.ts";
export * from "./tree.ts";
export * from "./uki.ts";
export * from "./zip.ts";
