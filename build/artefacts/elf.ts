/**
 * Tells where an ELF program ends, and what was appended to it begins.
 *
 * Format: elf(5)
 *
 * @module
 */

/** The ELF header for 64 bits: its size and the offsets of the fields that are read here. */
const HEADER_SIZE = 64;
const E_SHOFF = 40;
const E_SHENTSIZE = 58;
const E_SHNUM = 60;

/**
 * Says where an ELF program ends: after its section headers, which linkers put last.
 *
 * `deno compile` appends its payload behind that place, so the bytes before it are denort.
 *
 * @param path The program.
 * @returns How many bytes of the file are the program.
 * @throws {SyntaxError} If it is no ELF program for 64 bits, little-endian, has no section headers, or is cut off.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await elfEnd("/bin/true"), (await Deno.stat("/bin/true")).size);
 * ```
 */
export async function elfEnd(path: string): Promise<number> {
  using file = await Deno.open(path);
  const header = new Uint8Array(HEADER_SIZE);
  let length = 0;
  while (length < HEADER_SIZE) {
    const count = await file.read(header.subarray(length));
    if (count === null) break;
    length += count;
  }
  const [m0, m1, m2, m3, elfClass, byteOrder] = header;
  const wrong = m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46
    ? "it is no ELF file"
    : elfClass !== 2 || byteOrder !== 1
    ? "it is not for 64 bits, little-endian"
    : length < HEADER_SIZE
    ? "it is cut off within its header"
    : undefined;
  if (wrong) throw new SyntaxError(`Cannot find the end of "${path}": ${wrong}`);
  const view = new DataView(header.buffer);
  const count = view.getUint16(E_SHNUM, true);
  const end = Number(view.getBigUint64(E_SHOFF, true)) + view.getUint16(E_SHENTSIZE, true) * count;
  if (count === 0) throw new SyntaxError(`Cannot find the end of "${path}": it has no section headers`);
  const { size } = await file.stat();
  if (end > size) {
    throw new SyntaxError(`Cannot find the end of "${path}": it should be at ${end}, after the file's ${size} bytes`);
  }
  return end;
}
