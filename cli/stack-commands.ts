import { InvalidArgumentError, Option } from "commander";
import { DEFAULT_STACK } from "./stack/known-stacks.js";
import { stackName } from "./stack/stack-name.js";

/** Options of the commands that work on one stack. */
export interface StackOptions {
  readonly stack: string;
  readonly new?: boolean;
  readonly json?: boolean;
  readonly environments?: boolean;
  readonly debug?: boolean;
  readonly as?: "maintainer" | "administrator";
}

/** Options of the commands that accept several stacks. */
export interface StacksOptions {
  readonly stack: readonly string[];
  readonly provenance?: string;
  readonly base?: string;
  readonly skipLater?: boolean;
}

/** A command of the command line. */
interface CommandEntry<Options> {
  readonly name: string;
  readonly description: string;
  /** Options beside `--stack`. @default none */
  readonly options?: () => readonly Option[];
  /**
   * Loads and runs the command, so that no command loads the imports of another one.
   *
   * @returns the exit code
   */
  readonly run: (options: Options) => Promise<number>;
}

const newOption = () => new Option("--new", "create an embedded stack of this name if there is none");
const debugOption = () => new Option("--debug", "keep Pulumi's encrypted log of this run, and print its path");
const jsonOption = () => new Option("--json", "print JSON");

/** Commands that work on one stack, in the order of the help. */
export const stackCommands: readonly CommandEntry<StackOptions>[] = [
  {
    name: "up",
    description: "create or update the stack, and wait until everything is Ready",
    options: () => [newOption(), debugOption()],
    run: async (options) => (await import("./commands/up.js")).up(options),
  },
  {
    name: "preview",
    description: "show what `up` would change; changes nothing",
    options: () => [
      newOption(),
      new Option("--json", "print JSON in the format of `pulumi preview --json`"),
      debugOption(),
    ],
    run: async (options) => (await import("./commands/preview.js")).preview(options),
  },
  {
    name: "status",
    description: "show the state of cluster, GitLab and Flux, and list problems",
    options: () => [
      new Option("--environments", "show the applications of all environments side by side").conflicts("stack"),
      jsonOption(),
    ],
    run: async (options) =>
      options.environments
        ? (await import("./commands/status-environments.js")).statusEnvironments(options)
        : (await import("./commands/status.js")).status(options),
  },
  {
    name: "doctor",
    description: "check settings, GitLab, its token and the cluster, and list problems to fix before `up`",
    options: () => [jsonOption()],
    run: async (options) => (await import("./commands/doctor.js")).doctor(options),
  },
  {
    name: "env",
    description: 'print variables for a shell: eval "$(npx timonier env)"',
    options: () => [newOption()],
    run: async (options) => (await import("./commands/env.js")).env(options),
  },
  {
    name: "merge",
    description: "merge the open merge requests as a maintainer (embedded stack only)",
    run: async (options) => (await import("./commands/merge.js")).merge(options),
  },
  {
    name: "open",
    description: "print the URL of GitLab; for the embedded stack a link that signs in",
    options: () => [new Option("--as <role>", "maintainer or administrator").argParser(roleName).default("maintainer")],
    run: async (options) => (await import("./commands/open.js")).open(options),
  },
  {
    name: "rotate",
    description: "replace every token now; new tokens are delivered before old ones are deleted",
    run: async (options) => (await import("./commands/rotate.js")).rotate(options),
  },
  {
    name: "down",
    description: "delete everything that the stack created",
    options: () => [debugOption()],
    run: async (options) => (await import("./commands/down.js")).down(options),
  },
];

/** Commands that accept several stacks, because their clusters share the repositories. */
export const stacksCommands: readonly CommandEntry<StacksOptions & { readonly causes?: string }>[] = [
  {
    name: "synth",
    description: "write the manifests of apps/ to dist/setup and dist/application; needs no running stack",
    options: () => [
      new Option("--provenance <file>", "write the source line behind each object to a JSON file"),
      new Option("--base <dir>", "an earlier dist/; provenance then names the values that changed"),
      // Name of --provenance in earlier versions.
      new Option("--causes <file>").hideHelp(),
    ],
    run: async ({ causes, ...options }) =>
      (await import("./commands/synth.js")).synth({ provenance: causes, ...options }),
  },
  {
    name: "publish",
    description: "open or update a merge request in each repository whose manifests differ from apps/",
    options: () => [
      new Option("--skip-later", "skip stacks of later environments, which get their changes by `promote`"),
    ],
    run: async (options) => (await import("./commands/publish.js")).publish(options),
  },
];

/** `--stack` of a command that works on one stack. */
export const stackOption = () =>
  new Option("-s, --stack <name>", "name of the stack").argParser(stackName).default(DEFAULT_STACK);

/** `--stack` of a command that accepts several. */
export const stacksOption = () =>
  new Option(
    "-s, --stack <name>",
    `name of the stack; repeat it for several clusters (default: "${DEFAULT_STACK}")`,
  ).argParser(oneMoreStack);

function oneMoreStack(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, stackName(text)];
}

function roleName(text: string): "maintainer" | "administrator" {
  if (text === "maintainer" || text === "administrator") return text;
  throw new InvalidArgumentError("maintainer or administrator.");
}
