/**
 * Deno emulates the default action of these three for whoever has not asked
 * for them, as soon as any signal is listened to; in PID 1 that ends in a
 * segmentation fault. So all three are always taken, and never given back.
 */
const FATAL_UNLESS_TAKEN = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What is done on a signal. */
export type SignalTable = Readonly<
  Partial<Record<Deno.Signal, () => void>>
>;

/**
 * Takes the signals of `table`, and first of all those that would kill PID 1.
 *
 * Signals that come in quick succession may be told once.
 *
 * @param table What is done on which signal.
 * @returns A function that gives the signals back, for tests only.
 *
 * @example Usage
 * ```ts
 * const release = takeSignals({ SIGTERM: () => {} });
 * release();
 * ```
 */
export function takeSignals(table: SignalTable): () => void {
  const handlers = new Map<Deno.Signal, () => void>();
  for (const signal of FATAL_UNLESS_TAKEN) handlers.set(signal, () => {});
  for (const [signal, handler] of Object.entries(table)) {
    handlers.set(signal as Deno.Signal, handler);
  }
  for (const [signal, handler] of handlers) {
    Deno.addSignalListener(signal, handler);
  }
  return () => {
    for (const [signal, handler] of handlers) {
      Deno.removeSignalListener(signal, handler);
    }
  };
}
