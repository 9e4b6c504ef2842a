import assert from "node:assert/strict";
import { handOver, holdBack } from "./held_file.ts";

/** A held file of `size` bytes, its FIFO made. */
function heldFile(size: number) {
  const directory = Deno.makeTempDirSync();
  const held = { file: `${directory}/config.yaml`, fifo: `${directory}/fifo/config.yaml` };
  Deno.writeFileSync(held.file, new Uint8Array(size).fill(7));
  assert.deepEqual(holdBack(held, [`--config=${held.file}`, "--x"]), [`--config=${held.fifo}`, "--x"]);
  return { ...held, [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }) };
}

/** Reads the FIFO from another process, as a service does. */
async function readFifo(path: string): Promise<number> {
  return (await new Deno.Command("cat", { args: [path] }).output()).stdout.length;
}

Deno.test("handOver() gives the file to a reader that was there before, when its time has come", async () => {
  using held = heldFile(300);
  const when = Promise.withResolvers<void>();
  const handedOver = handOver(held, { when: when.promise, isWanted: () => true });
  let read = false;
  const reader = readFifo(held.fifo).finally(() => read = true);
  await new Promise((done) => setTimeout(done, 100));
  assert.equal(read, false);
  when.resolve();
  await handedOver;
  assert.equal(await reader, 300);
});

Deno.test("handOver() waits for a reader that comes late, and for one that is slower than the FIFO is large", async () => {
  using held = heldFile(300_000);
  const handedOver = handOver(held, { when: Promise.resolve(), isWanted: () => true });
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(await readFifo(held.fifo), 300_000);
  await handedOver;
});

Deno.test("handOver() ends with the one it was for, and the next one gets the file whole", async () => {
  using held = heldFile(300);
  let wanted = true;
  const first = handOver(held, { when: Promise.resolve(), isWanted: () => wanted });
  wanted = false;
  await first;
  holdBack(held, []);
  const second = handOver(held, { when: Promise.resolve(), isWanted: () => true });
  assert.equal(await readFifo(held.fifo), 300);
  await second;
});

Deno.test("holdBack() leaves the arguments of a service without a held file alone", () => {
  assert.deepEqual(holdBack(undefined, ["--config=/etc/x"]), ["--config=/etc/x"]);
});
