/**
 * kiOS as a library: build the image, and drive a node from outside.
 *
 * @example List the jobs of a build file
 * ```ts
 * import assert from "node:assert/strict";
 * import { plan } from "@kios/kios";
 * const { jobs } = await plan("build.toml");
 * assert.ok(jobs.some(({ job }) => job.name === "kernel"));
 * ```
 *
 * @module
 */
export * from "./build/mod.ts";
export * from "./machine/mod.ts";
