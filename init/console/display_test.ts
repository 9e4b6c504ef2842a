import assert from "node:assert/strict";
import { Terminal as Model } from "../../tests/terminal.ts";
import { type Display, showDisplay } from "./display.ts";
import type { Terminal } from "./terminals.ts";

/** A terminal that shows what a person would see, and can be stuck. */
function modelTerminal(model: Model, options: { stuck?: () => boolean } = {}): Terminal {
  return {
    draws: true,
    write: (text) => model.feed(text),
    offer(text) {
      if (options.stuck?.()) return false;
      model.feed(text);
      return true;
    },
    unsent: () => 0,
  };
}

/** Says that something changed and waits until it must have been drawn. */
async function drawn(display: Display): Promise<void> {
  display.changed();
  await new Promise((done) => setTimeout(done, 30));
}

const OPTIONS = { refresh: () => Promise.resolve(), interval: 60_000, settle: 1 };

for (const lines of [0, 3, 9, 10, 11, 30]) {
  Deno.test(`showDisplay() makes room on a terminal that has shown ${lines} lines, and keeps its place`, async () => {
    const model = new Model(12);
    const said = Array.from({ length: lines }, (_, number) => `line ${number}`);
    for (const line of said) model.feed(`${line}\r\n`);
    let state = "starting";
    const display = showDisplay([modelTerminal(model)], { ...OPTIONS, lines: () => ["kiOS", state, "----"] });
    await drawn(display);
    assert.deepEqual(model.lines.slice(0, 3), ["kiOS", "starting", "----"]);
    const left = said.slice(Math.max(0, lines - 8));
    assert.deepEqual(model.lines.slice(3, 3 + left.length), left);

    // All that follows scrolls below it, what the kernel says too; the picture and its last line stay.
    for (let number = 0; number < 40; number++) model.feed(`more ${number}\r\n`);
    assert.deepEqual(model.lines.slice(0, 4), ["kiOS", "starting", "----", "more 32"]);
    assert.equal(model.lines[10], "more 39");
    state = "ready";
    await drawn(display);
    assert.deepEqual(model.lines.slice(0, 4), ["kiOS", "ready", "----", "more 32"]);
    model.feed("last\r\n");
    assert.equal(model.lines[10], "last");

    display.end();
    await drawn(display);
    for (let number = 0; number < 12; number++) model.feed(`end ${number}\r\n`);
    assert.equal(model.lines[0], "end 1");
  });
}

Deno.test("showDisplay() draws what has changed, once it has settled, and nothing else", async () => {
  const written: string[] = [];
  const terminal: Terminal = { draws: true, write() {}, offer: (text) => written.push(text) > 0, unsent: () => 0 };
  let state = "starting";
  const display = showDisplay([terminal], { ...OPTIONS, lines: () => [state] });
  await drawn(display);
  for (let change = 0; change < 100; change++) display.changed();
  await drawn(display);
  assert.equal(written.length, 1);
  state = "ready";
  for (let change = 0; change < 100; change++) display.changed();
  await drawn(display);
  assert.equal(written.length, 2);
  display.end();
});

Deno.test("showDisplay() comes back to a terminal that was stuck, and leaves files alone", async () => {
  const model = new Model(12);
  let stuck = true;
  const file: Terminal = { draws: false, write: assert.fail, offer: assert.fail, unsent: () => 0 };
  const terminals = [modelTerminal(model, { stuck: () => stuck }), file];
  const display = showDisplay(terminals, { ...OPTIONS, lines: () => ["kiOS", "----"] });
  await drawn(display);
  assert.equal(model.lines[0], "");
  stuck = false;
  await drawn(display);
  assert.deepEqual(model.lines.slice(0, 2), ["kiOS", "----"]);
  display.end();
});
