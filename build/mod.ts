/**
 * The Build Tool: from a build file to an EFI program.
 *
 * @module
 */
export { build, type BuildOptions, type BuildResult, type Plan, plan, type PlannedJob } from "./builder.ts";
export { type BuildFile, type Job, loadBuildFile } from "./config.ts";
export { ConfigError, type Place, StepError, UserError } from "./errors.ts";
export type { BuildEvent, Report } from "./progress.ts";
export { lock } from "./relock.ts";
export type { Fetcher, Pin, Source } from "./sources/mod.ts";
export type { Bench, Step } from "./steps/mod.ts";
export { defaultStorePath, type Entry } from "./store.ts";
export { type Display, startDisplay } from "./terminal.ts";
