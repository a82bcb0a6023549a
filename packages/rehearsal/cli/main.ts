import { styleText } from "node:util";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { Command, CommanderError } from "commander";
import { addRehearseOptions, type RehearseOptions } from "./options.js";

/** Exit code of a bug, as of the other commands. */
const BUG = 70;

/** `timonier-rehearse`: reports what a merge of the current clone would do. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const command = new Command("timonier-rehearse")
    .description("Rehearse a merge of this clone on a throwaway cluster with the real Flux controllers.")
    .exitOverride();
  addRehearseOptions(command).action(async (options: RehearseOptions) => {
    code = await run(options);
  });
  try {
    await command.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (error instanceof UserError) {
      console.error(`error: ${error.message}`);
      return 1;
    }
    console.error(error);
    console.error("This is a bug of timonier-rehearse: please report it with the lines above.");
    return BUG;
  }
}

/** The modules of a rehearsal are loaded on demand: `--help` needs none of them. */
async function run(options: RehearseOptions): Promise<number> {
  const { rehearseClone, stopRehearsalCluster } = await import("./rehearse-clone.js");
  if (options.stop) {
    await stopRehearsalCluster();
    return 0;
  }
  const { verdictCodes, writeReport } = await import("./output.js");
  const report = await rehearseClone(options, { progress });
  writeReport(report, options);
  return verdictCodes[report.verdict];
}

/** Progress on standard error: standard output has the report only. */
const progress: Progress = (line) => console.error(styleText("dim", line, { stream: process.stderr }));
