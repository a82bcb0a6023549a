import type { ReportFormat } from "@timonier/report/render";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of a rehearsal, as the command line gives them. */
export interface RehearseOptions {
  readonly base?: string;
  readonly head?: string;
  readonly dir?: string;
  readonly cluster?: string;
  readonly root?: string;
  readonly source: readonly string[];
  readonly as?: string;
  readonly path?: string;
  readonly targetNamespace?: string;
  readonly assume: readonly string[];
  readonly offline?: boolean;
  readonly provenance?: string;
  readonly timeout?: number;
  readonly format?: ReportFormat;
  readonly out?: string;
  readonly stop?: boolean;
}

/** Names of the options that choose the rehearsed trees. */
export const treeOptions = [
  "base",
  "head",
  "dir",
  "cluster",
  "root",
  "source",
  "as",
  "path",
  "targetNamespace",
  "provenance",
];

/** Literal names, so that the command line loads no renderer before it is needed. */
const formats: readonly ReportFormat[] = ["markdown", "json", "html", "codequality", "junit"];

/** Adds the options of a rehearsal to a command: `timonier rehearse` and `timonier-rehearse` have the same ones. */
export function addRehearseOptions(command: Command): Command {
  return command
    .option("--base <ref>", "revision to compare with (default: the merge base with origin's main branch)")
    .option("--head <ref>", "revision to rehearse (default: HEAD)")
    .option("--dir <folder>", "rehearse a folder that is not committed, in place of --head")
    .option("--cluster <name>", "rehearse one cluster folder (default: all)")
    .option("--root <clone[@ref]>", "clone of the setup repository, when this one is an application's")
    .option(
      "--source <namespace/name=path>",
      "content of a source: a clone (DIR[@REF]), charts, an OCI image layout or an artifact's content; repeatable",
      collect,
      [],
    )
    .option("--as <namespace/name>", "source that this clone replaces")
    .option("--path <folder>", "folder that one Kustomization applies, for a tree without a cluster (default: ./infra)")
    .option("--target-namespace <name>", "target namespace of that Kustomization")
    .option("--assume <file>", "objects that the cluster has outside of Git; repeatable", collect, [])
    .option("--offline", "use no network: sources that are not provided are not evaluated")
    .option("--provenance <file>", "source lines of the objects, as JSON: what `timonier synth --provenance` writes")
    .option(
      "--timeout <seconds>",
      "limit for the whole rehearsal; what is pending then has no answer (default: 300)",
      seconds,
    )
    .addOption(
      new Option("--format <format>", "format of the report (default: markdown in a terminal, else json)").choices(
        formats,
      ),
    )
    .option("--out <folder>", "write every format to a folder, in place of standard output")
    .option("--stop", "stop and delete the rehearsal cluster");
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number of seconds.");
}
