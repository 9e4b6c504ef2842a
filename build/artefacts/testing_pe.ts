/**
 * A small EFI program for tests: headers and two sections, nothing that runs.
 *
 * @module
 */

/** Makes the file: PE signature at 0x80, optional header at 0x98, sections at 0x188, their data at 0x400. */
export function makeStub(): Uint8Array {
  const bytes = new Uint8Array(0x800);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => new TextEncoder().encodeInto(value, bytes.subarray(at));
  text(0, "MZ");
  view.setUint32(0x3c, 0x80, true);
  text(0x80, "PE");
  view.setUint16(0x84, 0x8664, true); // Machine
  view.setUint16(0x86, 2, true); // NumberOfSections
  view.setUint16(0x94, 240, true); // SizeOfOptionalHeader
  view.setUint16(0x96, 0x206, true); // Characteristics
  view.setUint16(0x98, 0x20b, true); // Magic
  view.setUint32(0x98 + 16, 0x1000, true); // AddressOfEntryPoint
  view.setUint32(0x98 + 32, 0x1000, true); // SectionAlignment
  view.setUint32(0x98 + 36, 0x200, true); // FileAlignment
  view.setUint32(0x98 + 56, 0x3000, true); // SizeOfImage
  view.setUint32(0x98 + 60, 0x400, true); // SizeOfHeaders
  view.setUint16(0x98 + 68, 10, true); // Subsystem
  view.setUint32(0x98 + 108, 16, true); // NumberOfRvaAndSizes
  const section = (at: number, [name, ...fields]: [string, number, number, number, number, number]) => {
    text(at, name);
    for (const [i, offset] of [8, 12, 16, 20, 36].entries()) view.setUint32(at + offset, fields[i] ?? 0, true);
  };
  section(0x188, [".text", 0x123, 0x1000, 0x200, 0x400, 0x60000020]);
  section(0x1b0, [".data", 0x80, 0x2000, 0x200, 0x600, 0xc0000040]);
  return bytes;
}
