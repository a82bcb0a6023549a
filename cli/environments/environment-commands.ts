import type { Command } from "commander";

/** Adds the commands that compare environments. */
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
}
