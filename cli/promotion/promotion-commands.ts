import type { Command } from "commander";
import type { PromoteOptions } from "../commands/promote.js";
import type { RollbackOptions } from "../commands/rollback.js";

/** Adds the commands that bring applications from one environment to the next. */
export function addPromotionCommands(
  program: Command,
  verb: <Args extends unknown[]>(run: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>,
): void {
  program
    .command("promote")
    .description("propose to an environment what runs in the one before it; exit code 2: it must not be merged yet")
    .argument("[apps...]", "names of applications (default: every one that differs)")
    .requiredOption("--to <environment>", "environment of apps/environments.yaml")
    .option("--when-ready", "propose nothing before the soak time is over and everything is Ready")
    .option("--offline", "rehearse without the network: sources out of reach are not evaluated")
    .action(
      verb(async (apps: readonly string[], options: PromoteOptions) =>
        (await import("../commands/promote.js")).promote(apps, options),
      ),
    );
  program
    .command("rollback")
    .description(
      "propose an earlier version of an application in an environment; exit code 2: it must not be merged yet",
    )
    .argument("<app>", "name of the application")
    .requiredOption("--env <environment>", "environment of apps/environments.yaml")
    .option("--to <revision>", "commit of the application repository (default: the last version that differs)")
    .option("--offline", "rehearse without the network: sources out of reach are not evaluated")
    .action(
      verb(async (app: string, options: RollbackOptions) =>
        (await import("../commands/rollback.js")).rollback(app, options),
      ),
    );
}
