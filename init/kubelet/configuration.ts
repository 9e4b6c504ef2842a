/**
 * The kubelet's configuration: made for each start, tried, and made again when a file changes.
 *
 * @module
 */

import { doneWithin } from "../done_within.ts";
import { changes, consequence, type Mode, type Plan, planKubelet, type PlanPlaces, type PlanWords } from "./plan.ts";
import { explainEnd } from "./words.ts";
import { unknownFields } from "./known_fields.ts";
import type { Log } from "../log.ts";
import { lastWords } from "../logs/service_log.ts";
import { readSettings, type Setting, type Settings } from "./settings.ts";
import type { Attempts } from "../services/supervisor.ts";
import { afterFailure, FRESH, leftOut, type Trial } from "./trials.ts";
import { afterBurst, type Settling, watchFiles } from "./watch_files.ts";

/** Where the configuration lies, and its figures. */
export interface ConfigurationPlaces extends PlanPlaces {
  /** The hostname's file, which counts at boot alone. */
  hostname: string;
  /** How long a kubelet that said it is ready must go on to have started well, in seconds. */
  settled: number;
  /** How long reading the files may take, in seconds. */
  readLimit: number;
  /** When a change is looked at. */
  settling: Settling;
}

/** The configuration of the kubelet in care. */
export interface Configuration {
  /** Decides on each start. */
  attempts: Attempts;
  /** What the node is, by its last start. */
  mode(): Mode;
  /** Looks whether the files are still those of the last start; if not, tells so and calls `restart`. */
  look(restart: (reason: string) => void): Promise<void>;
  /** Looks at each change from now on. */
  watch(restart: (reason: string) => void): Disposable;
}

/** How much of the end of a log is read, in bytes: a panic's words stand above a long list of calls. */
const TAIL = 64 * 1024;

/** Puts the drop-ins of a plan where the kubelet looks for them, and takes away all others. */
function putDropIns(directory: string, plan: Plan): void {
  if (plan.dropIns.length === 0) return;
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const { name } of [...Deno.readDirSync(directory)]) Deno.removeSync(`${directory}/${name}`, { recursive: true });
  for (const dropIn of plan.dropIns) {
    const path = `${directory}/${dropIn.name}`;
    if ("link" in dropIn) Deno.symlinkSync(dropIn.link, path);
    else Deno.writeTextFileSync(path, dropIn.text, { mode: 0o600 });
  }
}

/** The directory something lies in. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** The fields of the kubelet's configuration; none, where they cannot be read. */
async function knownFields(directory: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(`${directory}/fields`)).trim().split("\n");
  } catch {
    return [];
  }
}

/**
 * Takes the kubelet's configuration into care.
 *
 * @param places Where it lies, and its figures.
 * @param options The command line's words, the log, the file of the kubelet's output, and whether the runtime is ready.
 * @returns The configuration.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { memoryLog } from "../log.ts";
 * import { KIOS } from "../node.ts";
 *
 * const places = { ...KIOS.configuration, directory: "/nowhere" };
 * const options = { words: {}, log: memoryLog(), output: "/dev/null", runtimeIsReady: () => true };
 * const { attempts, mode } = configureKubelet(places, options);
 * assert.deepEqual(await attempts.next(), []);
 * assert.equal(mode(), "standalone");
 * ```
 */
export function configureKubelet(
  places: ConfigurationPlaces,
  options: { words: PlanWords; log: Log; output: string; runtimeIsReady: () => boolean },
): Configuration {
  const { words, log, output, runtimeIsReady } = options;
  let settings: Settings | undefined;
  let plan: Plan = planKubelet({}, { places });
  let trial: Trial = FRESH;
  /** What is to be said once it is sure: with what the kubelet does not start, and why. */
  let verdict: { guilty: Setting | "all"; reason: string } | undefined;
  let isSettled = false;
  /** Whether the kubelet has once started well with all of the files as they are. */
  let isProven = false;
  let settling: number | undefined;
  let told = new Set<string>();
  /** Looks at the files again, once they are watched. */
  let lookSoon = () => {};

  /** Tells what is wrong now and was not before: not the same again at each start. */
  function tell(complaints: readonly string[]): void {
    complaints.filter((complaint) => !told.has(complaint)).forEach(log.problem);
    told = new Set(complaints);
  }

  /** Tells with what the kubelet does not start, when that is known. */
  function tellVerdict(): void {
    if (verdict === undefined) return;
    const { guilty, reason } = verdict;
    verdict = undefined;
    log.problem(
      guilty === "all"
        ? `kubelet does not start with what lies in "${places.directory}": ${reason}; the node stands alone until a file there changes`
        : `kubelet does not start with "${places.directory}/${guilty}": ${reason}; ${
          consequence(guilty)
        } until that file changes`,
    );
  }

  // The first start need not wait for what can be read while the rest of the node comes up.
  let ahead: Promise<Settings> | undefined = readSettings(places.directory);
  ahead.catch(() => {});

  /** Reads the files, or says why not. */
  async function read(files: Promise<Settings> = readSettings(places.directory)): Promise<Settings | string> {
    let found: Settings | undefined;
    const reading = files.then((all) => found = all);
    try {
      // A disk may hang.
      if (!await doneWithin(reading, places.readLimit)) reading.then(() => lookSoon(), () => {});
    } catch (cause) {
      return (cause as Error).message;
    }
    return found ?? `not done after ${places.readLimit} s`;
  }

  /** Complaints about fields of config.yaml that the kubelet passes over. */
  async function lookAtFields(): Promise<string[]> {
    const config = settings?.["config.yaml"];
    if (config === undefined || "wrong" in config || !plan.inUse.includes("config.yaml")) return [];
    const known = await knownFields(places.defaults);
    return known.length === 0 ? [] : unknownFields(config.text, known, `"${places.directory}/config.yaml"`);
  }

  async function next(): Promise<readonly string[]> {
    const found = await read(ahead);
    ahead = undefined;
    const complaints = typeof found === "string"
      ? [`Cannot read "${places.directory}": ${found}; kubelet starts without what lies there`]
      : [];
    const now = typeof found === "string" ? {} : found;
    if (settings === undefined || changes(settings, now, places).length > 0) {
      trial = FRESH;
      verdict = undefined;
      isProven = false;
    }
    settings = now;
    const before = plan.mode;
    plan = planKubelet(settings, { places, words, without: leftOut(trial) });
    if (plan.mode !== before) log.write(`mode: ${plan.mode}`);
    putDropIns(places.dropIns, plan);
    tell([...complaints, ...plan.complaints, ...await lookAtFields()]);
    // Who was accused is known; who is only suspected is not, before it starts without.
    if (trial.suspect === undefined && trial.failures === 0) tellVerdict();
    isSettled = false;
    return plan.args;
  }

  function ready(): void {
    clearTimeout(settling);
    settling = setTimeout(() => {
      isSettled = true;
      isProven ||= leftOut(trial).length === 0;
      if (trial.suspect !== undefined) tellVerdict();
    }, places.settled * 1000);
  }

  async function ended({ status = 0 }: { status?: number }): Promise<string | undefined> {
    clearTimeout(settling);
    const textOf = (setting: Setting) => {
      const found = settings?.[setting];
      return found !== undefined && "text" in found ? found.text : undefined;
    };
    // Whoever was killed, or has run for a while, or had no runtime, did not end for its configuration.
    const isTrial = status !== 0 && !isSettled && runtimeIsReady();
    const end = explainEnd(await lastWords(output, TAIL), textOf);
    // Files that did well before are suspected of nothing: a full disk, say, is not their fault.
    if (!isTrial || isProven && end?.setting === undefined) return end?.reason;
    trial = afterFailure(trial, { inUse: plan.inUse, named: end?.setting });
    const guilty = trial.suspect ?? trial.accused.at(-1);
    if (guilty !== undefined) verdict = { guilty, reason: end?.reason ?? "it does not say why" };
    return end?.reason;
  }

  async function look(restart: (reason: string) => void): Promise<void> {
    const found = await read();
    if (typeof found === "string" || settings === undefined) return;
    const [first, ...more] = changes(settings, found, places);
    if (first === undefined) return;
    restart(
      `"${places.directory}/${first.setting}" ${first.what}${more.length === 0 ? "" : ` (and ${more.length} more)`}`,
    );
  }

  function watch(restart: (reason: string) => void): Disposable {
    const { directory, hostname, providers } = places;
    const manifests = `${directory}/manifests`;
    const inDirectory = (path: string) =>
      `${path}/`.startsWith(`${directory}/`) && !`${path}/`.startsWith(`${manifests}/`); // pods are the kubelet's own affair
    const fail = (cause: Error) => log.problem(`Cannot look at "${directory}": ${cause.message}`);
    let isWatching = true;
    const restartWatched = (reason: string) => isWatching && restart(reason);
    lookSoon = afterBurst(places.settling, () => void look(restartWatched).catch(fail));
    const hostnameChanged = afterBurst(places.settling, () => log.write(`"${hostname}" counts from the next boot on`));
    const providersChanged = afterBurst(places.settling, () => {
      if (!leftOut(trial).includes("credential-providers.yaml")) return;
      trial = FRESH;
      restartWatched(`there is something new in "${providers}"`);
    });
    const watched = [
      watchFiles(
        { directory, parent: parentOf(directory), matters: (path) => path === hostname || inDirectory(path) },
        (paths) => {
          if (paths.includes(hostname)) hostnameChanged();
          if (paths.some(inDirectory)) lookSoon();
        },
      ),
      watchFiles(
        { directory: providers, parent: parentOf(providers), matters: (path) => path.startsWith(providers) },
        providersChanged,
      ),
    ];
    lookSoon(); // something may have changed since the kubelet's start
    return {
      [Symbol.dispose]() {
        isWatching = false;
        watched.forEach((one) => one[Symbol.dispose]());
      },
    };
  }

  return { attempts: { next, ready, ended }, mode: () => plan.mode, look, watch };
}
