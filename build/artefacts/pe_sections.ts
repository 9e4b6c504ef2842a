/**
 * Adds sections to an EFI program, which is how a stub becomes a unified kernel image.
 *
 * @module
 */
import { type Content, type OpenContent, openContent } from "./content.ts";
import { alignUp, type Output, writeOutput } from "./output.ts";
import { COFF_HEADER_SIZE, type PeImage, type PeSection, readPe, SECTION_HEADER_SIZE } from "./pe.ts";

/** A section to add. */
export interface NewSection {
  /** Its name, at most 8 characters, such as ".cmdline". */
  name: string;
  /** What it holds. */
  data: Content;
}

/** IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ: data that is not written and not executed. */
const READ_ONLY_DATA = 0x4000_0040;

/** Sections begin on pages of their own, even where the stub asks for less: a loader may protect whole pages only. */
const PAGE = 4096;

/** Addresses and offsets in a PE image have 32 bits. */
const ADDRESS_MAX = 0xffff_ffff;

/**
 * Writes a copy of an EFI program with sections added after its last one.
 *
 * @param stub The program.
 * @param sections What to add, in order.
 * @param options Where the new program goes.
 * @throws {SyntaxError} If the stub is no EFI program.
 * @throws {RangeError} If its headers have no room for the sections, or the image would be larger than 4 GiB.
 * @throws {TypeError} If the stub is signed, or a name is too long or there already.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const sections = [{ name: ".cmdline", data: new TextEncoder().encode("quiet") }];
 * await assert.rejects(addSections("/dev/null", sections, { output: "/dev/null" }), SyntaxError);
 * ```
 */
export async function addSections(
  stub: string,
  sections: readonly NewSection[],
  { output }: { output: string },
): Promise<void> {
  const image = await readPe(stub);
  checkNames(stub, image, sections);
  using opened = new DisposableStack();
  const contents: OpenContent[] = [];
  for (const { data } of sections) contents.push(opened.use(await openContent(data)));
  const added = place(image, sections.map(({ name }, index) => ({ name, size: contents[index]?.size ?? 0 })));
  const headers = await newHeaders(stub, image, added);
  await writeOutput(output, async (file) => {
    await copyStub(file, stub, headers);
    for (const content of contents) {
      await file.align(image.fileAlignment);
      await file.copy(content);
    }
    await file.align(image.fileAlignment);
  });
}

/** Refuses what the headers cannot say, or what would break a signature. */
function checkNames(stub: string, image: PeImage, sections: readonly NewSection[]): void {
  if (image.signed) throw new TypeError(`Cannot add sections to "${stub}": it is signed, take the unsigned stub`);
  const names = new Set(image.sections.map((section) => section.name));
  for (const { name } of sections) {
    if (!/^[!-~]{1,8}$/.test(name)) {
      throw new TypeError(`Cannot add section "${name}": a name has 1 to 8 ASCII characters`);
    }
    if (names.has(name)) throw new TypeError(`Cannot add section "${name}": it is there already`);
    names.add(name);
  }
}

/** Says where each new section lies, in the file and in memory. */
function place(image: PeImage, sections: readonly { name: string; size: number }[]): PeSection[] {
  const alignment = Math.max(image.sectionAlignment, PAGE);
  let offset = image.fileSize;
  let address = Math.max(
    image.sizeOfHeaders,
    ...image.sections.map(({ virtualAddress, virtualSize, size }) => virtualAddress + Math.max(virtualSize, size)),
  );
  return sections.map(({ name, size }) => {
    const section = {
      name,
      offset: alignUp(offset, image.fileAlignment),
      size: alignUp(size, image.fileAlignment),
      virtualAddress: alignUp(address, alignment),
      virtualSize: size,
    };
    offset = section.offset + section.size;
    address = section.virtualAddress + section.virtualSize;
    if (offset > ADDRESS_MAX || address > ADDRESS_MAX) {
      throw new RangeError(`Cannot add section "${name}" of ${size} bytes: the image would be larger than 4 GiB`);
    }
    return section;
  });
}

/** The stub's headers, changed to name the new sections. */
async function newHeaders(stub: string, image: PeImage, added: readonly PeSection[]): Promise<Uint8Array> {
  const begin = image.sectionHeaders + image.sections.length * SECTION_HEADER_SIZE;
  const sizeOfHeaders = Math.max(
    image.sizeOfHeaders,
    alignUp(begin + added.length * SECTION_HEADER_SIZE, image.fileAlignment),
  );
  // Headers end where the first section begins, in the file and in memory.
  const room = Math.min(
    image.fileSize,
    ...image.sections.filter(({ size }) => size > 0).map(({ offset }) => offset),
    ...image.sections.map(({ virtualAddress }) => virtualAddress),
  );
  if (sizeOfHeaders > room) {
    throw new RangeError(
      `Cannot add ${added.length} sections to "${stub}": its headers have room for ` +
        `${Math.max(0, Math.floor((room - begin) / SECTION_HEADER_SIZE))}`,
    );
  }
  const headers = await readExactly(stub, sizeOfHeaders);
  updateHeaders(new DataView(headers.buffer), image, { added, sizeOfHeaders });
  for (const [index, section] of added.entries()) {
    writeSectionHeader(headers.subarray(begin + index * SECTION_HEADER_SIZE), section);
  }
  return headers;
}

/** Reads the first `length` bytes of a file that has them. */
async function readExactly(path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  using file = await Deno.open(path);
  for (let done = 0; done < length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) throw new RangeError(`Cannot read "${path}": it became shorter`);
    done += count;
  }
  return bytes;
}

/** Sets the fields of the COFF and the optional header that speak of all sections. */
function updateHeaders(
  view: DataView,
  image: PeImage,
  { added, sizeOfHeaders }: { added: readonly PeSection[]; sizeOfHeaders: number },
): void {
  const optionalHeader = image.coffHeader + COFF_HEADER_SIZE;
  const initializedData = view.getUint32(optionalHeader + 8, true) + added.reduce((sum, { size }) => sum + size, 0);
  const end = Math.max(image.sizeOfImage, ...added.map((section) => section.virtualAddress + section.virtualSize));
  view.setUint16(image.coffHeader + 2, image.sections.length + added.length, true); // NumberOfSections
  view.setUint32(optionalHeader + 8, initializedData, true); // SizeOfInitializedData
  view.setUint32(optionalHeader + 56, alignUp(end, image.sectionAlignment), true); // SizeOfImage
  view.setUint32(optionalHeader + 60, sizeOfHeaders, true); // SizeOfHeaders
  view.setUint32(optionalHeader + 64, 0, true); // CheckSum: firmware does not look at it, 0 says there is none
}

/** Writes the header of one section. */
function writeSectionHeader(bytes: Uint8Array, section: PeSection): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SECTION_HEADER_SIZE);
  bytes.fill(0, 0, SECTION_HEADER_SIZE);
  new TextEncoder().encodeInto(section.name, bytes);
  view.setUint32(8, section.virtualSize, true);
  view.setUint32(12, section.virtualAddress, true);
  view.setUint32(16, section.size, true);
  view.setUint32(20, section.offset, true);
  view.setUint32(36, READ_ONLY_DATA, true);
}

/** Copies the stub with its headers replaced. */
async function copyStub(output: Output, stub: string, headers: Uint8Array): Promise<void> {
  using content = await openContent(stub);
  let skip = headers.length;
  await output.write(headers);
  await content.copyTo(async (chunk) => {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    await output.write(rest);
  });
}
