/**
 * `kios`, the command line of the toolkit.
 *
 * @module
 */
import { Command } from "commander";
import { addBuildCommands } from "./build_commands.ts";
import { addRunCommand } from "./run_command.ts";
import { reportFailure } from "./failure.ts";

/** Puts the command line together. */
function makeProgram(): Command {
  const program = new Command("kios")
    .description("Builds and runs kiOS, the Kubernetes operating system.")
    .option("--debug", "show where in the program an error came from")
    .configureOutput({ outputError: (text, write) => write(text) })
    .exitOverride()
    .addHelpText("after", "\nExamples:\n  kios image\n  kios run --port 8080");
  addBuildCommands(program);
  addRunCommand(program);
  return program;
}

if (import.meta.main) {
  const program = makeProgram();
  try {
    await program.parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    Deno.exit(reportFailure(error, { debug: Deno.args.includes("--debug") }));
  }
}
