import { type Command, Option } from "commander";
import type { HistoryOptions } from "../commands/history.js";
import { stackName } from "../stack/stack-name.js";

/** Adds the commands that compare environments, and look back: `diff`, `history`. */
export function addEnvironmentVerbs(
  program: Command,
  verb: <Args extends unknown[]>(run: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>,
): void {
  program
    .command("diff")
    .description("show what differs between two environments of apps/environments.yaml; needs no running stack")
    .argument("<from>", "name of an environment")
    .argument("<to>", "name of the other one")
    .option("--json", "print JSON")
    .action(
      verb(async (from: string, to: string, options: { json?: boolean }) =>
        (await import("../commands/diff.js")).diff(from, to, options),
      ),
    );
  program
    .command("history")
    .description("show what ran where, since when, by which merge request and from which commit of the program")
    .argument("<app>", "name of an application")
    .option("--env <name>", "name of an environment (default: all of them)")
    .addOption(
      new Option(
        "-s, --stack <name>",
        "stack whose application repository is read (default: the first one of the last environment)",
      ).argParser(stackName),
    )
    .option("--json", "print JSON")
    .action(
      verb(async (app: string, options: HistoryOptions) =>
        (await import("../commands/history.js")).history(app, options),
      ),
    );
}
