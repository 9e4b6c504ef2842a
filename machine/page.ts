/**
 * Waiting for a web page of a node, from outside.
 *
 * @module
 */

/** How long one try may take: a forwarded port may accept and never answer. */
const TRY_MS = 5000;

/** Nobody outside is told when a server begins to listen, so it is asked again. */
const PAUSE_MS = 200;

/**
 * Asks for a page until it answers.
 *
 * @param url The page.
 * @param options The deadline in milliseconds, and what else ends the wait.
 * @returns The page's text.
 * @throws {TypeError} If the deadline passed, with the last try's failure as its cause.
 * @throws {DOMException} If `signal` was aborted.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { port: 0, hostname: "127.0.0.1", onListen() {} },
 *   () => new Response("hello"),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * assert.equal(await waitForPage(url, { timeout: 5000 }), "hello");
 * ```
 */
export async function waitForPage(
  url: string,
  options: { timeout: number; signal?: AbortSignal },
): Promise<string> {
  const end = performance.now() + options.timeout;
  let cause: unknown;
  while (performance.now() < end) {
    options.signal?.throwIfAborted();
    try {
      const signals = [AbortSignal.timeout(TRY_MS)];
      if (options.signal) signals.push(options.signal);
      const response = await fetch(url, { signal: AbortSignal.any(signals) });
      const text = await response.text();
      if (response.ok) return text;
      cause = new TypeError(`It answered with status ${response.status}`);
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const seconds = options.timeout / 1000;
  throw new TypeError(`Cannot get "${url}": ${seconds} s passed`, { cause });
}
