/**
 * A file that a service reads through a FIFO, and not before what it needs is ready.
 *
 * So a program can start at once, which costs a kubelet more time than all it
 * does before it reads its configuration, and waits there, not in a loop of
 * deaths.
 *
 * @module
 */

import { close, makeFifo, O_NONBLOCK, O_WRONLY, open, SyscallError, write } from "../../ffi/mod.ts";

/** A file and the FIFO that stands in for it. */
export interface HeldFile {
  /** The file. */
  file: string;
  /** The FIFO, which the service is given in its place. */
  fifo: string;
}

/** How often the FIFO is looked at, in milliseconds. */
const INTERVAL = 10;

/** Makes the FIFO, in place of what is there. */
function prepare({ fifo }: HeldFile): void {
  Deno.mkdirSync(fifo.slice(0, fifo.lastIndexOf("/")), { recursive: true });
  try {
    Deno.removeSync(fifo);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  makeFifo(fifo, 0o600);
}

/** Does `act` as soon as it need not wait for it, or nothing once it is no longer wanted. */
async function soon(isWanted: () => boolean, act: () => number): Promise<number | undefined> {
  while (isWanted()) {
    try {
      return act();
    } catch (cause) {
      // ENXIO: nobody has opened the FIFO for reading; EAGAIN: it is full. fifo(7)
      if (!(cause instanceof SyscallError && ["ENXIO", "EAGAIN"].includes(cause.code))) throw cause;
    }
    await new Promise((done) => setTimeout(done, INTERVAL));
  }
}

/**
 * Replaces a held file among a service's arguments by its FIFO, which is made.
 *
 * @param held The file, if the service has one.
 * @param args The arguments.
 * @returns The arguments to start it with.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const held = { file: "/etc/a.yaml", fifo: `${Deno.makeTempDirSync()}/a.yaml` };
 * assert.deepEqual(holdBack(held, ["--config=/etc/a.yaml"]), [`--config=${held.fifo}`]);
 * ```
 */
export function holdBack(held: HeldFile | undefined, args: readonly string[]): string[] {
  if (held === undefined) return [...args];
  prepare(held);
  return args.map((arg) => arg.replace(held.file, held.fifo));
}

/**
 * Hands a held file over once.
 *
 * @param held The file.
 * @param options When, and whether there is still somebody to read it.
 * @returns A promise for the moment it is handed over, or nobody is there.
 * @throws {Deno.errors.NotFound} If there is no such file.
 *
 * @example Usage
 * ```ts
 * const directory = Deno.makeTempDirSync();
 * await handOver({ file: "/dev/null", fifo: `${directory}/fifo` }, { when: Promise.resolve(), isWanted: () => false });
 * ```
 */
export async function handOver(
  held: HeldFile,
  options: { when: Promise<unknown>; isWanted: () => boolean },
): Promise<void> {
  const { when, isWanted } = options;
  await when;
  const fd = await soon(isWanted, () => open(held.fifo, O_WRONLY | O_NONBLOCK));
  if (fd === undefined) return;
  try {
    let rest = Deno.readFileSync(held.file);
    while (rest.length > 0) {
      const taken = await soon(isWanted, () => write(fd, rest));
      if (taken === undefined) return;
      rest = rest.subarray(taken);
    }
  } finally {
    close(fd);
  }
}
