import { GitLabError } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import { Command, CommanderError } from "commander";
import { addEnvironmentVerbs } from "./environments/environment-commands.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { addRehearseVerb } from "./merge-request/rehearse-command.js";
import { addReportVerbs } from "./merge-request/report-commands.js";
import { addPromotionCommands } from "./promotion/promotion-commands.js";
import { diskError } from "./stack/disk-error.js";
import { DEFAULT_STACK, ensureKnown } from "./stack/known-stacks.js";
import {
  type StackOptions,
  type StacksOptions,
  stackCommands,
  stackOption,
  stacksCommands,
  stacksOption,
} from "./stack-commands.js";

/** Runs one command. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command("timonier")
    .description("Create and run a GitOps platform: a cluster, GitLab repositories, Flux and applications.")
    .exitOverride()
    .showHelpAfterError("(timonier --help lists the commands)");
  const keepCode: KeepCode =
    (run) =>
    async (...args) => {
      code = await run(...args);
    };
  addStackCommands(program, keepCode);
  addRehearseVerb(program, keepCode);
  addReportVerbs(program, keepCode);
  addPromotionCommands(program, keepCode);
  addEnvironmentVerbs(program, keepCode);
  addNewCommand(program, keepCode);
  addChartCommand(program, keepCode);
  addTestCommand(program, keepCode);
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return report(error, args[0]);
  }
}

/** Makes an action of commander that keeps the exit code of a command. */
type KeepCode = <Args extends unknown[]>(run: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>;

function addStackCommands(program: Command, keepCode: KeepCode): void {
  for (const { name, description, options = () => [], run } of stackCommands) {
    const command = program.command(name).description(description).addOption(stackOption());
    for (const option of options()) command.addOption(option);
    command.action(
      keepCode(async (given: StackOptions) => {
        if (!given.new) await ensureKnown(given.stack);
        return run(given);
      }),
    );
  }
  for (const { name, description, options = () => [], run } of stacksCommands) {
    const command = program.command(name).description(description).addOption(stacksOption());
    for (const option of options()) command.addOption(option);
    command.action(
      keepCode(async ({ stack = [DEFAULT_STACK], ...given }: Partial<StacksOptions>) => run({ stack, ...given })),
    );
  }
}

/** `timonier new app`: writes files of this checkout, and needs no stack. */
function addNewCommand(program: Command, keepCode: KeepCode): void {
  program
    .command("new")
    .description("write a new part of this checkout")
    .command("app")
    .description("write an application with its settings and its test, and list it in apps/applications.ts")
    .argument("<name>", "name of the application, its folder and its Kustomization")
    .option("--kind <kind>", "service, chart or folder", "service")
    .option("--image <image>", "image of a service, with its tag")
    .option("--chart <chart>", "name of a chart in apps/charts, or an address as of `timonier chart add`")
    .option("--version <version>", "version of the chart at the address (default: the newest)")
    .action(keepCode(async (name: string, options) => (await import("./commands/new.js")).newApp(name, options)));
}

/** `timonier chart`: pins Helm charts in this checkout, and needs no stack. */
function addChartCommand(program: Command, keepCode: KeepCode): void {
  const chart = program.command("chart").description("pin Helm charts, with the types of their values");
  chart
    .command("add")
    .description("pin a chart in apps/charts (private sources: TIMONIER_CHART_USERNAME, TIMONIER_CHART_PASSWORD)")
    .argument(
      "<address>",
      "https://HOST/PATH/CHART, oci://HOST/PATH/CHART, git+https://HOST/REPOSITORY.git//PATH or ./FOLDER",
    )
    .argument("[version]", "its version, or a tag or commit of Git (default: the newest)")
    .option("--as <name>", "name of the files in apps/charts (default: the name of the chart)")
    .option("--plain-http", "read an OCI registry without TLS")
    .action(
      keepCode(async (address: string, version: string | undefined, options) =>
        (await import("./commands/chart.js")).chartAdd(address, version, options),
      ),
    );
  chart
    .command("upgrade")
    .description("pin another version of a chart, and show what differs in its values")
    .argument("<name>", "name of its files in apps/charts")
    .argument("[version]", "the other version (default: the newest)")
    .action(
      keepCode(async (name: string, version: string | undefined) =>
        (await import("./commands/chart.js")).chartUpgrade(name, version),
      ),
    );
  chart
    .command("check")
    .description("download pinned charts again, and compare their digests")
    .argument("[names...]", "names of their files in apps/charts (default: all)")
    .action(keepCode(async (names: string[]) => (await import("./commands/chart.js")).chartCheck(names)));
}

/** `npm test`; hidden, because it is for people who work on this program. */
function addTestCommand(program: Command, keepCode: KeepCode): void {
  program
    .command("test", { hidden: true })
    .argument("[args...]")
    .option("--all", "`npm test`, then every other lane")
    .option("--rest", "every lane that `npm test` does not run; the sum includes the last `npm test`")
    .option("--lanes <names>", "these lanes, separated by commas")
    .option("--force", "also run lanes that have not changed since they passed")
    .allowUnknownOption()
    .helpOption(false)
    .action(keepCode(async (args: string[], options) => (await import("./commands/test.js")).test(args, options)));
}

/**
 * Adds the fix for a rejected token of the embedded GitLab, which is not in a setting: `up` creates
 * new ones.
 */
function withTokenFix(error: UserError): UserError {
  const rejected = error instanceof GitLabError && error.status === 401;
  return rejected
    ? new UserError(error.what, error.where, "npm run up: it replaces tokens that no longer work", { code: error.code })
    : error;
}

function report(error: unknown, command: string | undefined): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodeOf(command, "usage");
  const fixable = error instanceof UserError ? error : diskError(error);
  if (fixable) {
    console.error(`error: ${withTokenFix(fixable).message}`);
    return exitCodeOf(command, "fixable");
  }
  console.error(error);
  console.error("This is a bug in timonier: please report it with the lines above.");
  return exitCodes.bug;
}
