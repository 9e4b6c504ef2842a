/**
 * `kios run`.
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import { runInteractively } from "../../mod.ts";

/**
 * Adds the command that boots the image.
 *
 * @param program The command line
 *
 * @example Usage
 * ```ts
 * import { Command } from "commander";
 * addRunCommand(new Command());
 * ```
 */
export function addRunCommand(program: Command): void {
  program.command("run")
    .description("boot an EFI program in QEMU and print the address of its page")
    .option("-i, --image <file>", "the EFI program", "out/kios.efi")
    .option("-m, --memory <MiB>", "the machine's memory", wholeNumber, 2048)
    .option("-p, --port <port>", "the port on 127.0.0.1 that leads to the node's 8080; 0 picks one", wholeNumber, 8080)
    .addHelpText("after", "\nExamples:\n  kios run\n  kios run --memory 512 --port 0")
    .action((options) => runInteractively({ efi: options.image, memory: options.memory, port: options.port }));
}

/** Reads a whole number from the command line. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a whole number.`);
}
