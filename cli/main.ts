import { GitLabError } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { addRehearseVerb } from "./merge-request/rehearse-command.js";
import { addReportVerbs } from "./merge-request/report-commands.js";
import { diskError } from "./stack/disk-error.js";
import { DEFAULT_STACK, ensureKnown } from "./stack/known-stacks.js";
import { stackName } from "./stack/stack-name.js";

interface Options {
  readonly stack: string;
  readonly new?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly as?: "maintainer" | "administrator";
  readonly out: string;
}

const newOption = ["--new", "make an embedded stack of that name where there is none"] as const;
const debugOption = ["--debug", "keep Pulumi's encrypted log of this run, and say which file it is"] as const;

/** Runs one command. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command("timonier")
    .description("From nothing to GitOps: a cluster, GitLab repositories, Flux, applications.")
    .exitOverride()
    .showHelpAfterError("(timonier --help lists the commands)");
  // A verb is loaded when it is called: no command pays for another one's imports.
  const verb = (run: (options: Options) => Promise<number>) => async (options: Options) => {
    if (!options.new) await ensureKnown(options.stack);
    code = await run(options);
  };
  const add = (name: string, description: string) =>
    program.command(name).description(description).option("-s, --stack <name>", "the stack", stackName, DEFAULT_STACK);

  add("up", "bring the stack to its configuration, and wait until everything is Ready")
    .option(...newOption)
    .option(...debugOption)
    .action(verb(async (options) => (await import("./commands/up.js")).up(options)));
  add("preview", "what `up` would do; writes nothing")
    .option(...newOption)
    .option("--json", "for programs: as `pulumi preview --json`")
    .option(...debugOption)
    .action(verb(async (options) => (await import("./commands/preview.js")).preview(options)));
  add("status", "what runs, at which revision, what is wrong")
    .option("--json", "for programs")
    .action(verb(async (options) => (await import("./commands/status.js")).status(options)));
  add("doctor", "what has to be mended before `up`: the settings, GitLab, its token, the places for repositories")
    .option("--json", "for programs")
    .action(verb(async (options) => (await import("./commands/doctor.js")).doctor(options)));
  add("env", 'exports for a shell: eval "$(npx timonier env)"')
    .option(...newOption)
    .action(verb(async (options) => (await import("./commands/env.js")).env(options)));
  const addForSeveral = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option("-s, --stack <name>", "the stack; more than once for several clusters", oneMoreStack);
  addForSeveral("synth", "apps/ → dist/setup, dist/application; needs nothing that runs")
    .option("--causes <file>", "where each object comes from in apps/, as JSON")
    .option("--base <dir>", "an earlier dist/: causes then name the value that made the difference")
    .action(async ({ stack = [DEFAULT_STACK], ...options }: Several & { causes?: string; base?: string }) => {
      code = await (await import("./commands/synth.js")).synth({ stack, ...options });
    });
  addForSeveral("publish", "what apps/ says, as a merge request to each repository that differs").action(
    async ({ stack = [DEFAULT_STACK] }: Several) => {
      code = await (await import("./commands/publish.js")).publish({ stack });
    },
  );
  add("merge", "accept the open merge requests as a maintainer (embedded stack only)").action(
    verb(async (options) => (await import("./commands/merge.js")).merge(options)),
  );
  add(
    "open",
    "where the merge requests are: the address of GitLab's pages, and on the embedded stack a link that signs in",
  )
    .option("--as <role>", "maintainer or administrator", roleName, "maintainer")
    .action(verb(async (options) => (await import("./commands/open.js")).open(options)));
  add("rotate", "renew every token now: new ones are delivered before the old ones go").action(
    verb(async (options) => (await import("./commands/rotate.js")).rotate(options)),
  );
  add("down", "delete everything that the stack made")
    .option(...debugOption)
    .action(verb(async (options) => (await import("./commands/down.js")).down(options)));
  addRehearseVerb(program, (run) => async (options) => {
    code = await run(options);
  });
  addReportVerbs(program, (run) => async (options) => {
    code = await run(options);
  });
  program
    .command("test", { hidden: true })
    .argument("[args...]")
    .option("--all", "`npm test`, then every other lane")
    .option("--rest", "every lane that `npm test` does not run; the sum includes the last `npm test`")
    .option("--lanes <names>", "these lanes, separated by commas")
    .option("--force", "run lanes that have not changed since they passed, too")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[], options) => {
      code = await (await import("./commands/test.js")).test(args, options);
    });

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return report(error, args[0]);
  }
}

interface Several {
  readonly stack?: readonly string[];
}

function oneMoreStack(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, stackName(text)];
}

function roleName(text: string): "maintainer" | "administrator" {
  if (text === "maintainer" || text === "administrator") return text;
  throw new InvalidArgumentError("maintainer or administrator.");
}

/** The embedded GitLab's tokens are in no setting: the next `up` makes new ones. */
function renewable(error: UserError): UserError {
  const refused = error instanceof GitLabError && error.status === 401;
  return refused
    ? new UserError(error.what, error.where, "npm run up: it makes new tokens where they no longer work")
    : error;
}

function report(error: unknown, command: string | undefined): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodeOf(command, "usage");
  const mendable = error instanceof UserError ? error : diskError(error);
  if (mendable) {
    console.error(`error: ${renewable(mendable).message}`);
    return exitCodeOf(command, "mend");
  }
  console.error(error);
  console.error("This is a fault of timonier's own: please report it with the lines above.");
  return exitCodes.bug;
}
