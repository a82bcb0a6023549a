import { type Command, InvalidArgumentError, Option } from "commander";
import type { GateVerbOptions } from "../commands/gate.js";
import type { NoteVerbOptions } from "../commands/note.js";

/** Names are written out here, so that no command loads what another one needs; the verbs' types hold that they are right. */
const formats = ["markdown", "json", "html", "codequality", "junit"] as const;
const rules = ["data-loss", "deletions", "rejected", "policies", "unknown", "not-evaluated", "infrastructure"] as const;
const ways = ["label", "approval"] as const;

/** The verbs that work on a report: `note`, `gate`, `report`. */
export function addReportVerbs(
  program: Command,
  verb: <O>(run: (options: O) => Promise<number>) => (options: O) => Promise<void>,
): void {
  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--report <file>", "what `timonier rehearse --format json` wrote")
      .option("--preview <file>", "what `pulumi preview --json` printed");
  const onMergeRequest = (command: Command) =>
    command
      .option("--project <id>", "number or path of the project (in a pipeline: its own)")
      .option("--merge-request <number>", "its number in the project (in a pipeline: its own)", wholeNumber);

  onMergeRequest(add("note", "the report as the one note of its merge request"))
    .option("--link <url>", "address of the whole page")
    .option("--key <name>", "keeps notes of several programs apart", "default")
    .action(verb(async (options: NoteVerbOptions) => (await import("../commands/note.js")).note(options)));
  onMergeRequest(add("gate", "whether the merge may go on: exit code 0 yes, 2 no, 1 nobody knows"))
    .option("--fail-on <rules>", `of: ${rules.join(", ")}`, listOf(rules), ["data-loss", "rejected", "policies"])
    .option("--accept <ways>", "what counts as accepted, of: label, approval; or none", listOf(ways), [...ways])
    .action(verb(async (options: GateVerbOptions) => (await import("../commands/gate.js")).gate(options)));
  add("report", "both planes of a merge in one of the forms")
    .addOption(new Option("--format <form>", "of the report").choices(formats).default("markdown"))
    .action(
      verb(async (options: { report: string; format: (typeof formats)[number] }) =>
        (await import("../commands/report.js")).report(options),
      ),
    );
}

/** `a,b` of known words; `none` is the empty list. */
function listOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) => {
    const words = text.split(",").map((word) => word.trim());
    if (words.length === 1 && words[0] === "none") return [];
    const unknown = words.find((word) => !known.some((one) => one === word));
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${known.join(", ")}, none.`);
    return words as T[];
  };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number.");
}
