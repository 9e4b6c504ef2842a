/**
 * Messages that nobody should send: a seeded generator, and what it does to good ones.
 *
 * @module
 */

/** A source of numbers. */
export interface Random {
  /** What it began with; `KIOS_FUZZ_SEED` repeats a run. */
  seed: number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
}

/**
 * Makes a source of numbers: mulberry32, which has one word of state.
 *
 * @param seed What it begins with; another one each run unless told.
 * @returns The source.
 */
export function createRandom(
  seed: number = Number(Deno.env.get("KIOS_FUZZ_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]!),
): Random {
  let state = seed | 0;
  return {
    seed,
    below(limit) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}

/** Bytes on which parsers stumble: signs of lengths, line ends, quotes, the first and last of their kind. */
const NASTY = [0x00, 0x01, 0x07, 0x08, 0x0a, 0x0d, 0x20, 0x22, 0x3a, 0x7f, 0x80, 0xff];

/** One change of some bytes. */
function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const count = 1 + random.below(8);
  const changed = bytes.slice();
  switch (random.below(6)) {
    case 0: // another byte
      if (at < bytes.length) changed[at] = random.below(256);
      return changed;
    case 1: // another bit
      if (at < bytes.length) changed[at] = bytes[at]! ^ (1 << random.below(8));
      return changed;
    case 2: // one that hurts
      if (at < bytes.length) changed[at] = NASTY[random.below(NASTY.length)]!;
      return changed;
    case 3: // some left out
      return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + count)]);
    case 4: { // some said twice
      return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - count))]);
    }
    default: // cut off
      return bytes.slice(0, at);
  }
}

/**
 * Changes a message in one to four places.
 *
 * @param bytes The message.
 * @param random Where.
 * @returns The changed message.
 */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated = bytes;
  for (let left = 1 + random.below(4); left > 0; left--) mutated = mutateOnce(mutated, random);
  return mutated;
}

/**
 * Makes a connection out of bytes that a client sends in pieces of any size.
 *
 * @param bytes The bytes; after them the client sends no more.
 * @param random Where they are cut.
 * @returns The connection, and what was written to it.
 */
export function scriptedConnection(
  bytes: Uint8Array,
  random: Random,
): { conn: Pick<Deno.UnixConn, "read" | "write" | "closeWrite">; written: () => Uint8Array<ArrayBuffer> } {
  let at = 0;
  const written: Uint8Array[] = [];
  return {
    conn: {
      read(into) {
        if (at >= bytes.length) return Promise.resolve(null);
        const piece = bytes.subarray(at, at + Math.min(into.length, 1 + random.below(bytes.length)));
        into.set(piece);
        at += piece.length;
        return Promise.resolve(piece.length);
      },
      write(piece) {
        written.push(piece.slice());
        return Promise.resolve(piece.length);
      },
      closeWrite: () => Promise.resolve(),
    },
    written: () => new Uint8Array(written.flatMap((piece) => [...piece])),
  };
}
