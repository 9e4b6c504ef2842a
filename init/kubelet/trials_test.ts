import assert from "node:assert/strict";
import { type Setting, SETTINGS } from "./settings.ts";
import { afterFailure, FRESH, leftOut, type Trial } from "./trials.ts";

/**
 * A kubelet that starts only without the files `guilty`, and names them when it is `talkative`; what it was started
 * without, start by start, until it runs or has failed ten times.
 */
function search(there: readonly Setting[], guilty: readonly Setting[], talkative = false): string[] {
  const starts: string[] = [];
  let trial: Trial = FRESH;
  while (starts.length < 16) {
    const inUse = there.filter((setting) => !leftOut(trial).includes(setting));
    starts.push(there.filter((setting) => !inUse.includes(setting)).join(" "));
    const found = guilty.find((setting) => inUse.includes(setting));
    if (found === undefined) break;
    trial = afterFailure(trial, { inUse, named: talkative ? found : undefined });
  }
  return starts;
}

Deno.test("afterFailure() leaves out what the kubelet names, one file after the other", () => {
  assert.deepEqual(search(SETTINGS, ["config.yaml"], true), ["", "config.yaml"]);
  assert.deepEqual(search(SETTINGS, ["node-labels", "config.yaml"], true), [
    "",
    "node-labels",
    "config.yaml node-labels",
  ]);
});

Deno.test("afterFailure() tries twice, then each file by itself in the order that is documented, then all", () => {
  const there = ["config.yaml", "node-ip", "kubelet.conf"] as const;
  assert.deepEqual(search(there, ["config.yaml"]), ["", "", "config.yaml"]);
  assert.deepEqual(search(there, ["kubelet.conf"]), ["", "", "config.yaml", "node-ip", "kubelet.conf"]);
  assert.deepEqual(search(there, ["config.yaml", "kubelet.conf"]), [
    "",
    "",
    "config.yaml",
    "node-ip",
    "kubelet.conf",
    "config.yaml node-ip kubelet.conf",
  ]);
});

Deno.test("afterFailure() gives all of them another chance when it is not their fault", () => {
  const there = ["config.yaml", "kubelet.conf"] as const;
  let trial: Trial = FRESH;
  const starts: string[] = [];
  for (let start = 0; start < 8; start++) {
    const inUse = there.filter((setting) => !leftOut(trial).includes(setting));
    starts.push(inUse.map((setting) => setting.replace(/\..*/, "")).join("+") || "none");
    trial = afterFailure(trial, { inUse });
  }
  assert.deepEqual(starts, [
    "config+kubelet",
    "config+kubelet",
    "kubelet",
    "config",
    "none",
    "config+kubelet",
    "config+kubelet",
    "kubelet",
  ]);
});

Deno.test("afterFailure() goes on from a suspect to what the kubelet names then", () => {
  const inUse = ["node-labels", "kubelet.conf"] as const;
  const trial = afterFailure({ accused: [], suspect: "config.yaml", failures: 0 }, { inUse, named: "kubelet.conf" });
  assert.deepEqual(leftOut(trial), ["kubelet.conf"]);
});

Deno.test("afterFailure() does not accuse what was not in use", () => {
  const trial = afterFailure(FRESH, { inUse: ["node-ip"], named: "config.yaml" });
  assert.deepEqual(trial, { accused: [], failures: 1 });
});

Deno.test("afterFailure() comes to an end for every set of files and every set of guilty ones", () => {
  const subsets = SETTINGS.reduce<Setting[][]>((all, one) => [...all, ...all.map((some) => [...some, one])], [[]]);
  for (const guilty of subsets) {
    for (const talkative of [false, true]) {
      const starts = search(SETTINGS, guilty, talkative);
      assert(starts.length <= SETTINGS.length + 3, `${guilty}: ${starts.length} starts`);
    }
  }
});
