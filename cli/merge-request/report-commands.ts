import { type Command, InvalidArgumentError, Option } from "commander";
import type { GateVerbOptions } from "../commands/gate.js";
import type { NoteVerbOptions } from "../commands/note.js";

/** Literal names, so that a command does not load the modules of another one. The types of the commands check them. */
const formats = ["markdown", "json", "html", "codequality", "junit"] as const;
const rules = ["data-loss", "deletions", "rejected", "policies", "unknown", "not-evaluated", "infrastructure"] as const;
const ways = ["label", "approval"] as const;

/** Adds the commands that work on a report: `note`, `gate`, `report`. */
export function addReportVerbs(
  program: Command,
  verb: <O>(run: (options: O) => Promise<number>) => (options: O) => Promise<void>,
): void {
  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--report <file>", "output of `timonier rehearse --format json`")
      .option("--preview <file>", "output of `pulumi preview --json`");
  const onMergeRequest = (command: Command) =>
    command
      .option("--project <id>", "id or path of the project (default: the pipeline's project)")
      .option(
        "--merge-request <number>",
        "number of the merge request in its project (default: the pipeline's merge request)",
        wholeNumber,
      );

  onMergeRequest(add("note", "write the report as the note of its merge request"))
    .option("--link <url>", "URL of the full report")
    .option("--key <name>", "separates the notes of several programs", "default")
    .action(verb(async (options: NoteVerbOptions) => (await import("../commands/note.js")).note(options)));
  onMergeRequest(
    add("gate", "check whether the merge may continue: exit code 0: may merge; 2: must not merge; 1: no verdict"),
  )
    .option("--fail-on <rules>", `rules that close the gate, comma-separated, of: ${rules.join(", ")}`, listOf(rules), [
      "data-loss",
      "rejected",
      "policies",
    ])
    .option(
      "--accept <ways>",
      "how people can accept what a rule found, comma-separated, of: label, approval; or none",
      listOf(ways),
      [...ways],
    )
    .action(verb(async (options: GateVerbOptions) => (await import("../commands/gate.js")).gate(options)));
  add("report", "print the report on cluster and infrastructure in one of the formats")
    .addOption(new Option("--format <format>", "format of the report").choices(formats).default("markdown"))
    .action(
      verb(async (options: { report: string; format: (typeof formats)[number] }) =>
        (await import("../commands/report.js")).report(options),
      ),
    );
}

/** Parses `a,b`, a list of known words. `none` is the empty list. */
function listOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) => {
    const words = text.split(",").map((word) => word.trim());
    if (words.length === 1 && words[0] === "none") return [];
    const unknown = words.find((word) => !known.some((one) => one === word));
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${known.join(", ")}, none.`);
    return words as T[];
  };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number.");
}
