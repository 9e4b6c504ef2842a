import assert from "node:assert/strict";
import type { BuildFile } from "./config.ts";
import { UserError } from "./errors.ts";
import { fetchSources } from "./fetch.ts";
import type { BuildEvent } from "./progress.ts";
import { type Fetcher, GoneError, type Pin, type Source } from "./sources/mod.ts";
import { Store } from "./store.ts";

/** A source whose content is its pin's text. */
function source(
  fetch: (pin: Pin, folder: string, fetcher: Fetcher) => Promise<void>,
  more: Partial<Source> = {},
): Source {
  return {
    title: "a test's source",
    request: { test: "x" },
    newer: false,
    needs: [],
    pin: () => Promise.resolve(undefined),
    resolve: () => Promise.resolve({ text: "newer" }),
    fetch,
    ...more,
  };
}

/** Writes the pin's text. */
async function write(pin: Pin, folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/text`, String(pin.text));
}

/** Fetches all of the sources into a store of their own. */
async function fetchAll(sources: Record<string, Source>, options: { locked?: boolean } = {}) {
  const folder = await Deno.makeTempDir();
  const store = new Store(folder);
  const build: BuildFile = {
    root: folder,
    name: "test",
    version: "0",
    sources: new Map(Object.entries(sources)),
    jobs: new Map(),
    targets: new Map(),
  };
  const lock = Object.fromEntries(
    Object.entries(sources).map(([name, { request }]) => [name, { request, pin: { text: name } }]),
  );
  const events: BuildEvent[] = [];
  const report = (event: BuildEvent) => void events.push(event);
  const run = () => fetchSources(build, Object.keys(sources), { lock, store, locked: options.locked ?? false, report });
  const sourcesThere = () => [...Deno.readDirSync(`${folder}/sources`)].map((entry) => entry.name);
  return { store, events, run, sourcesThere };
}

Deno.test("fetchSources() fetches once, and what a source needs before it", async () => {
  const order: string[] = [];
  const { run, store } = await fetchAll({
    modules: source(async (pin, folder, fetcher) => {
      order.push(await Deno.readTextFile(`${fetcher.source("go")}/text`), "modules");
      await write(pin, folder);
    }, { needs: ["go"] }),
    go: source(write),
  });
  const digests = await run();
  assert.deepEqual(order, ["go", "modules"]);
  assert.equal(await Deno.readTextFile(`${store.source(digests.get("modules")!)}/text`), "modules");
  await run();
  assert.deepEqual(order, ["go", "modules"]);
});

Deno.test("fetchSources() keeps nothing of a source with another hash, and says what is there", async () => {
  const { run, sourcesThere } = await fetchAll({
    good: source(write),
    bad: source(async (pin, folder) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await write(pin, folder);
      throw new UserError("it has another hash than build.lock says: 11, not 22", "run: kios lock");
    }),
  });
  await assert.rejects(run(), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /Cannot fetch source "bad" .*11, not 22\nFetched of 2 sources: good/);
    assert.equal(error.hint, "run: kios lock");
    return true;
  });
  assert.equal(sourcesThere().length, 1);
});

Deno.test("fetchSources() says which source a network that is down holds up", async () => {
  const down = source(() => Promise.reject(new UserError('"pip download" failed: no route to host')));
  const { run } = await fetchAll({ deno: down });
  await assert.rejects(run(), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /Cannot fetch source "deno" .*no route to host\nFetched of 1 sources: none/);
    assert.match(error.hint ?? "", /Check the network/);
    return true;
  });
});

/** A source whose locked version left its archive. */
function gone(newer: boolean): Source {
  return source((pin, folder) => {
    if (pin.text !== "newer") return Promise.reject(new GoneError("linux 1 left the archive"));
    return write(pin, folder);
  }, { newer });
}

Deno.test("fetchSources() takes a newer version only where the build file allows it, and says so", async () => {
  const allowed = await fetchAll({ linux: gone(true) });
  const digests = await allowed.run();
  assert.equal(await Deno.readTextFile(`${allowed.store.source(digests.get("linux")!)}/text`), "newer");
  assert.ok(allowed.events.some((event) => event.type === "warning" && /left the archive/.test(event.text)));
  assert.deepEqual(await allowed.run(), digests);

  const refused = await fetchAll({ linux: gone(false) });
  await assert.rejects(refused.run(), {
    message: /linux 1 left the archive/,
    hint: /kios lock, or allow it with newer/,
  });
});

Deno.test("fetchSources() refuses a newer version when it is to keep to the lock", async () => {
  const { run } = await fetchAll({ linux: gone(true) }, { locked: true });
  await assert.rejects(run(), { message: /left the archive/, hint: "Run: kios lock" });
});
