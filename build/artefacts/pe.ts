/**
 * Reads the headers of PE/COFF images, the format of EFI programs.
 *
 * Format: https://learn.microsoft.com/windows/win32/debug/pe-format; the constants carry its names.
 *
 * @module
 */

/** One section of an image. */
export interface PeSection {
  /** Its name, such as ".text". */
  name: string;
  /** Where it is loaded, relative to the image's base. */
  virtualAddress: number;
  /** Its size in memory: for a section that was added to a stub, the size of what it holds. */
  virtualSize: number;
  /** Where its data begins in the file. */
  offset: number;
  /** The size of its data in the file, padding included. */
  size: number;
}

/** What the headers of an image say. */
export interface PeImage {
  /** The sections, in the order of their headers. */
  sections: PeSection[];
  /** The processor it is for: 0x8664 is x86-64. */
  machine: number;
  /** What section addresses are multiples of. */
  sectionAlignment: number;
  /** What places of section data in the file are multiples of. */
  fileAlignment: number;
  /** How much memory it takes when loaded. */
  sizeOfImage: number;
  /** How much of the file is headers. */
  sizeOfHeaders: number;
  /** Whether it carries signatures. */
  signed: boolean;
  /** Where the COFF header begins in the file. */
  coffHeader: number;
  /** Where the section headers begin in the file. */
  sectionHeaders: number;
  /** The size of the file. */
  fileSize: number;
}

/** The size of the COFF header, which the optional header follows. */
export const COFF_HEADER_SIZE = 20;
/** The size of one section's header. */
export const SECTION_HEADER_SIZE = 40;

/** How much of a file is looked at: headers are within it, or they are nonsense. */
const HEADERS_MAX = 64 * 1024;

/** The optional header up to and with its 16 data directories, in the form for 64 bits. */
const PE32_PLUS = 0x20b;
const OPTIONAL_HEADER_MIN = 112;
const SECURITY_DIRECTORY = 4;

/**
 * Reads the headers of an EFI program.
 *
 * @param path The file.
 * @returns What they say.
 * @throws {SyntaxError} If it is no PE image for 64 bits, is cut off, or its headers contradict the file.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(readPe("/dev/null"), SyntaxError);
 * ```
 */
export async function readPe(path: string): Promise<PeImage> {
  using file = await Deno.open(path);
  const head = await readHead(file);
  try {
    return parsePe(head, (await file.stat()).size);
  } catch (cause) {
    // A DataView says RangeError when a header leads out of what was read.
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    const reason = cause instanceof SyntaxError ? cause.message : "it is cut off within its headers";
    throw new SyntaxError(`Cannot read "${path}" as an EFI program: ${reason}`, { cause });
  }
}

/** The begin of a file. */
async function readHead(file: Deno.FsFile): Promise<Uint8Array> {
  const head = new Uint8Array(HEADERS_MAX);
  let length = 0;
  while (length < head.length) {
    const count = await file.read(head.subarray(length));
    if (count === null) break;
    length += count;
  }
  return head.subarray(0, length);
}

/** Reads the headers at the begin of a file of `fileSize` bytes. */
function parsePe(head: Uint8Array, fileSize: number): PeImage {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (text(head, 0, 2) !== "MZ") throw new SyntaxError("it does not begin with MZ");
  const signature = view.getUint32(0x3c, true);
  if (text(head, signature, 4) !== "PE\0\0") throw new SyntaxError("it has no PE signature");
  const coffHeader = signature + 4;
  const optionalHeader = coffHeader + COFF_HEADER_SIZE;
  const optionalSize = view.getUint16(coffHeader + 16, true);
  if (optionalSize < OPTIONAL_HEADER_MIN || view.getUint16(optionalHeader, true) !== PE32_PLUS) {
    throw new SyntaxError("it is no image for 64 bits (PE32+)");
  }
  const sectionHeaders = optionalHeader + optionalSize;
  const image = {
    machine: view.getUint16(coffHeader, true),
    sectionAlignment: view.getUint32(optionalHeader + 32, true),
    fileAlignment: view.getUint32(optionalHeader + 36, true),
    sizeOfImage: view.getUint32(optionalHeader + 56, true),
    sizeOfHeaders: view.getUint32(optionalHeader + 60, true),
    signed: directorySize(view, { optionalHeader, optionalSize }, SECURITY_DIRECTORY) > 0,
    coffHeader,
    sectionHeaders,
    fileSize,
    sections: Array.from(
      { length: view.getUint16(coffHeader + 2, true) },
      (_, index) => parseSection(view, sectionHeaders + index * SECTION_HEADER_SIZE),
    ),
  };
  checkPe(image);
  return image;
}

/** The size in one of the data directories, 0 if there is none. */
function directorySize(
  view: DataView,
  { optionalHeader, optionalSize }: { optionalHeader: number; optionalSize: number },
  index: number,
): number {
  const entry = OPTIONAL_HEADER_MIN + 8 * index;
  const count = view.getUint32(optionalHeader + 108, true);
  return index < count && entry + 8 <= optionalSize ? view.getUint32(optionalHeader + entry + 4, true) : 0;
}

/** Reads one section header. */
function parseSection(view: DataView, at: number): PeSection {
  const name = new Uint8Array(view.buffer, view.byteOffset + at, 8);
  return {
    name: text(name, 0, 8).replace(/\0.*$/s, ""),
    virtualSize: view.getUint32(at + 8, true),
    virtualAddress: view.getUint32(at + 12, true),
    size: view.getUint32(at + 16, true),
    offset: view.getUint32(at + 20, true),
  };
}

/** Refuses headers that contradict the file or themselves. */
function checkPe({ sections, sectionAlignment, fileAlignment, fileSize }: PeImage): void {
  for (const [name, value] of Object.entries({ sectionAlignment, fileAlignment })) {
    if (value === 0 || (value & (value - 1)) !== 0) throw new SyntaxError(`its ${name} ${value} is no power of two`);
  }
  for (const { name, offset, size } of sections) {
    if (offset + size > fileSize) throw new SyntaxError(`it is cut off within its section "${name}"`);
  }
}

/** Bytes as text, one character a byte. */
function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
