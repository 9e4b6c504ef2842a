/**
 * What a source is: something fetched from outside, pinned by version and hash.
 *
 * @module
 */
import type { Table } from "../table.ts";

/** All that fixes a source's content: equal pins mean equal content. */
export type Pin = Record<string, unknown>;

/** A source of the build file. */
export interface Source {
  /** What it is, for people: `linux-source-6.12 of bookworm`. */
  title: string;
  /** What the build file asks for; a lock entry made for another request does not count. */
  request: Record<string, unknown>;
  /** Whether a newer version may stand in when the locked one left its archive. */
  newer: boolean;
  /** Other sources whose content fetching this one needs. */
  needs: string[];
  /**
   * Finds the pin of a source that the repository's own files pin (go.sum, deno.lock, the build file itself).
   *
   * @param root The repository's folder
   * @returns The pin, or nothing when build.lock has to tell
   */
  pin(root: string): Promise<Pin | undefined>;
  /**
   * Looks up the exact version and hash on the network, for build.lock.
   *
   * @param fetcher What fetching may use
   * @returns The pin
   */
  resolve(fetcher: Fetcher): Promise<Pin>;
  /**
   * Fetches the pinned content and checks it.
   *
   * @param pin What exactly to fetch
   * @param folder The empty folder to leave it in
   * @param fetcher What fetching may use
   * @throws {GoneError} when the pinned version is no longer offered
   */
  fetch(pin: Pin, folder: string, fetcher: Fetcher): Promise<void>;
}

/** How a source's table of the build file becomes a {@linkcode Source}. */
export type SourceParser = (name: string, table: Table) => Source;

/** What fetching may use. */
export interface Fetcher {
  /** The repository's folder. */
  root: string;
  /** The store's folder, for caches of package managers. */
  cache: string;
  /**
   * Finds another source, fetched already.
   *
   * @param name The source's name
   * @returns Its folder
   */
  source(name: string): string;
  /**
   * Runs a host command that may use the network.
   *
   * @param command The command and its arguments
   * @param options Its folder and environment beside the user's
   * @returns What it printed
   * @throws {UserError} when it fails, with its last lines
   */
  run(command: string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<string>;
}

/** The pinned version is no longer offered where it came from. */
export class GoneError extends Error {
  /** The class, as a stack shows it. */
  override name = "GoneError";
}
