/**
 * Results of the bench: what they are and how they read.
 *
 * @module
 */

/** One result, as it stands in out/bench.json. */
export interface Result {
  /** What was measured: `kios`, or `floor`, the same system with a C program as PID 1. */
  case: string;
  /** Which quantity. */
  metric: string;
  /** Its unit. */
  unit: string;
  /** The least of all rounds. */
  min: number;
  /** The median of all rounds. */
  median: number;
  /** The most of all rounds. */
  max: number;
  /** The case that `ratio` is against, or null. */
  of: string | null;
  /** This median divided by that case's, or null. */
  ratio: number | null;
}

/**
 * Summarises the rounds of one quantity.
 *
 * @param name The case, the metric and its unit
 * @param values One value a round
 * @param against The result to compare with
 * @returns The result
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const floor = summarise({ case: "floor", metric: "time_to_pod", unit: "s" }, [10, 12, 11]);
 * const kios = summarise({ case: "kios", metric: "time_to_pod", unit: "s" }, [13, 12, 14], floor);
 * assert.deepEqual([kios.min, kios.median, kios.max, kios.of, kios.ratio], [12, 13, 14, "floor", 1.182]);
 * ```
 */
export function summarise(
  name: Pick<Result, "case" | "metric" | "unit">,
  values: readonly number[],
  against?: Result,
): Result {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    ...name,
    min: round(sorted[0]!),
    median: round(median),
    max: round(sorted.at(-1)!),
    of: against?.case ?? null,
    ratio: against ? round(median / against.median) : null,
  };
}

/**
 * Writes results as a Markdown table.
 *
 * @param results The results
 * @returns The table
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const result = summarise({ case: "kios", metric: "efi_size", unit: "MB" }, [101.5]);
 * assert.match(formatTable([result]), /\| efi_size \| kios \| 101.5 \| 101.5 \| 101.5 \| MB \| {2}\|/);
 * ```
 */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map(({ metric, case: name, min, median, max, unit, ratio, of }) =>
    `| ${metric} | ${name} | ${min} | ${median} | ${max} | ${unit} | ${ratio === null ? "" : `${ratio} of ${of}`} |`
  );
  return [
    "| metric | case | min | median | max | unit | ratio |",
    "| --- | --- | ---: | ---: | ---: | --- | --- |",
    ...rows,
  ].join("\n");
}
