import { addRehearseOptions, treeOptions } from "@timonier/rehearsal/cli/options";
import { type Command, Option } from "commander";
import type { RehearseVerbOptions } from "../commands/rehearse.js";
import { stackName } from "../stack/stack-name.js";

/** Adds `timonier rehearse`: the options of `timonier-rehearse`, and `--stack`. */
export function addRehearseVerb(
  program: Command,
  verb: <O>(run: (options: O) => Promise<number>) => (options: O) => Promise<void>,
): void {
  const command = program
    .command("rehearse")
    .description("rehearse a merge on a throwaway cluster with the real Flux controllers")
    .addOption(
      new Option(
        "-s, --stack <name>",
        "rehearse what `publish` would propose for a stack, to both repositories (default: this clone's change)",
      )
        .argParser(stackName)
        .conflicts(treeOptions),
    );
  addRehearseOptions(command).action(
    verb(async (options: RehearseVerbOptions) => (await import("../commands/rehearse.js")).rehearse(options)),
  );
}
