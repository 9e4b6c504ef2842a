/**
 * Reads a GUID partition table: UEFI specification 2.10, chapter 5.3. All
 * integers are little-endian.
 *
 * @module
 */

/** A partition as its table describes it. */
export interface GptEntry {
  /** Its number, which is also the kernel's: from 1. */
  number: number;
  /** The GUID of its type, in lower case. */
  type: string;
  /** Its own GUID, in lower case. */
  guid: string;
  /** Its first block. */
  firstBlock: number;
  /** Its last block. */
  lastBlock: number;
}

/** Where a table's entries lie, and how they are checked. */
export interface GptHeader {
  /** The first block of the entries. */
  entriesBlock: number;
  /** How many there are. */
  count: number;
  /** The size of one, in bytes. */
  entrySize: number;
  /** The CRC-32 of all of them. */
  entriesCrc: number;
}

/** "EFI PART" */
const SIGNATURE = 0x5452415020494645n;
const HEADER_SIZE = 92;
const ENTRY_SIZE = 128;
/** More entries than anybody needs: they are read into memory. Linux takes up to KMALLOC_MAX_SIZE, 4 MiB. */
const LARGEST_ARRAY = 1024 * 1024;

/** The type of entries that are not used. */
const UNUSED = "00000000-0000-0000-0000-000000000000";

/** What each byte does to a CRC-32: to take a table bit by bit takes a tenth of a second where nothing is compiled yet. */
function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    return crc;
  });
}

/**
 * The CRC-32 of IEEE 802.3, which is the one UEFI uses.
 *
 * @param bytes The bytes.
 * @returns Their CRC-32, as an unsigned number.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
 * ```
 */
export function crc32(bytes: Uint8Array): number {
  const table = crcTable();
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/** A number of 64 bits; what JavaScript cannot count to is on no disk. */
function uint64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

/** A GUID: its first three fields are little-endian, the others are bytes (UEFI specification, appendix A). */
function guid(view: DataView, offset: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  const bytes = Array.from({ length: 8 }, (_, index) => hex(view.getUint8(offset + 8 + index), 2)).join("");
  return [
    hex(view.getUint32(offset, true), 8),
    hex(view.getUint16(offset + 4, true), 4),
    hex(view.getUint16(offset + 6, true), 4),
    bytes.slice(0, 4),
    bytes.slice(4),
  ].join("-");
}

/**
 * Reads the header, which is the disk's second block.
 *
 * @param block The block.
 * @returns Where the entries lie, or nothing when this is no whole header.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseGptHeader(new Uint8Array(512)), undefined);
 * ```
 */
export function parseGptHeader(block: Uint8Array<ArrayBuffer>): GptHeader | undefined {
  if (block.length < HEADER_SIZE) return undefined;
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const size = view.getUint32(12, true);
  if (view.getBigUint64(0, true) !== SIGNATURE || size < HEADER_SIZE || size > block.length) return undefined;
  const header = block.slice(0, size);
  header.fill(0, 16, 20); // the CRC's own place counts as zero
  if (crc32(header) !== view.getUint32(16, true)) return undefined;
  const [count, entrySize] = [view.getUint32(80, true), view.getUint32(84, true)];
  // It says where it lies itself, so that a copy of it is not taken for it.
  if (uint64(view, 24) !== 1 || entrySize < ENTRY_SIZE || count * entrySize > LARGEST_ARRAY) return undefined;
  return { entriesBlock: uint64(view, 72), count, entrySize, entriesCrc: view.getUint32(88, true) };
}

/**
 * Reads the entries.
 *
 * @param bytes The blocks from the header's `entriesBlock` on.
 * @param header The header.
 * @returns The entries in use; none when they are not whole.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const header = { entriesBlock: 2, count: 128, entrySize: 128, entriesCrc: 0 };
 * assert.deepEqual(parseGptEntries(new Uint8Array(512), header), []);
 * ```
 */
export function parseGptEntries(bytes: Uint8Array<ArrayBuffer>, header: GptHeader): GptEntry[] {
  const { count, entrySize, entriesCrc } = header;
  const array = bytes.subarray(0, count * entrySize);
  if (array.length < count * entrySize || crc32(array) !== entriesCrc) return [];
  const view = new DataView(array.buffer, array.byteOffset, array.length);
  return Array.from({ length: count }, (_, index) => index * entrySize)
    .map((offset, index) => ({
      number: index + 1,
      type: guid(view, offset),
      guid: guid(view, offset + 16),
      firstBlock: uint64(view, offset + 32),
      lastBlock: uint64(view, offset + 40),
    }))
    .filter(({ type }) => type !== UNUSED);
}
