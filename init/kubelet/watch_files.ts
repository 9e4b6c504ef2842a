/**
 * Notices that files change, by inotify(7).
 *
 * @module
 */

/** How long nothing may change before what changed is looked at, and after which time it is looked at anyway, in ms. */
export interface Settling {
  /** Files that are written in several steps are looked at when they are whole. */
  quiet: number;
  /** Files that never come to rest are looked at all the same. */
  longest: number;
}

/** What is watched. */
export interface Watched {
  /** The directory whose files matter, with all below it. */
  directory: string;
  /** The directory that one lies in: it tells when the first is removed, or made anew. */
  parent: string;
  /** Whether a path matters. */
  matters(path: string): boolean;
}

/**
 * Calls `act` once after every burst of events.
 *
 * @param settling How long a burst lasts.
 * @param act What is done then.
 * @returns A function to call at each event.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * let count = 0;
 * const event = afterBurst({ quiet: 1, longest: 100 }, () => count++);
 * for (let round = 0; round < 5; round++) event();
 * await new Promise((done) => setTimeout(done, 20));
 * assert.equal(count, 1);
 * ```
 */
export function afterBurst(settling: Settling, act: () => void): () => void {
  let timer: number | undefined;
  let began = 0;
  return () => {
    const now = performance.now();
    if (timer === undefined) began = now;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      act();
    }, Math.min(settling.quiet, Math.max(0, began + settling.longest - now)));
  };
}

/** Follows `directory` until it is closed; what is not there is not followed. */
function follow(directory: string, recursive: boolean, onPaths: (paths: string[]) => void): Deno.FsWatcher | undefined {
  try {
    const watcher = Deno.watchFs(directory, { recursive });
    void (async () => {
      for await (const { kind, paths } of watcher) if (kind !== "access") onPaths(paths);
    })();
    return watcher;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

/**
 * Watches a directory, also when it is removed and made again.
 *
 * @param watched What is watched.
 * @param onChange Called with the paths that matter at each event; what is in a directory that is new is not named.
 * @returns What ends it.
 * @throws {Error} If the kernel has no watch left to give.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const parent = Deno.makeTempDirSync();
 * const changed = Promise.withResolvers<string[]>();
 * const directory = `${parent}/kubernetes`;
 * using _watch = watchFiles({ directory, parent, matters: () => true }, changed.resolve);
 * Deno.mkdirSync(directory);
 * assert.deepEqual(await changed.promise, [directory]);
 * ```
 */
export function watchFiles(watched: Watched, onChange: (paths: string[]) => void): Disposable {
  const { directory, parent, matters } = watched;
  const tell = (paths: string[]) => {
    const these = paths.filter(matters);
    if (these.length > 0) onChange(these);
  };
  let inner = follow(directory, true, tell);
  const outer = follow(parent, false, (paths) => {
    // A watch is one of an inode: the directory that lies there now may be another.
    if (paths.includes(directory)) {
      inner?.close();
      inner = follow(directory, true, tell);
    }
    tell(paths);
  });
  return {
    [Symbol.dispose]() {
      inner?.close();
      outer?.close();
    },
  };
}
