/** What is read of a superblock: https://docs.kernel.org/filesystems/ext4/globals.html#super-block */
export interface Superblock {
  /** The file system's UUID, in lower case. */
  uuid: string;
  /** Whether the kernel has noted errors in it. */
  hasErrors: boolean;
  /** Whether its journal has to be replayed. */
  needsRecovery: boolean;
}

/** Where a superblock begins, in bytes. */
export const SUPERBLOCK_OFFSET = 1024;
/** Its length, in bytes. */
export const SUPERBLOCK_SIZE = 1024;

const S_MAGIC = 0x38;
const S_STATE = 0x3a;
const S_FEATURE_INCOMPAT = 0x60;
const S_UUID = 0x68;

const MAGIC = 0xef53;
const ERROR_FS = 0x0002;
const INCOMPAT_RECOVER = 0x4;

/**
 * Reads the superblock of an ext4 file system.
 *
 * @param bytes The {@linkcode SUPERBLOCK_SIZE} bytes from {@linkcode SUPERBLOCK_OFFSET} on.
 * @returns What it says, or nothing when it is none.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseSuperblock(new Uint8Array(SUPERBLOCK_SIZE)), undefined);
 * ```
 */
export function parseSuperblock(bytes: Uint8Array<ArrayBuffer>): Superblock | undefined {
  if (bytes.length < SUPERBLOCK_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(S_MAGIC, true) !== MAGIC) return undefined;
  const hex = [...bytes.subarray(S_UUID, S_UUID + 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    hasErrors: (view.getUint16(S_STATE, true) & ERROR_FS) !== 0,
    needsRecovery: (view.getUint32(S_FEATURE_INCOMPAT, true) & INCOMPAT_RECOVER) !== 0,
  };
}
