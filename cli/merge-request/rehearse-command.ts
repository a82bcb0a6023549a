import { type Command, InvalidArgumentError, Option } from "commander";
import type { RehearseOptions } from "../commands/rehearse.js";
import { stackName } from "../stack/stack-name.js";

const formats = ["markdown", "json", "html", "codequality", "junit"] as const;

/** Options that say which trees are rehearsed, as --stack does. */
const whichTree = ["base", "head", "dir", "cluster", "root", "source", "as", "path", "targetNamespace", "provenance"];

/** `timonier rehearse`. */
export function addRehearseVerb(
  program: Command,
  verb: <O>(run: (options: O) => Promise<number>) => (options: O) => Promise<void>,
): void {
  program
    .command("rehearse")
    .description("what a merge would do, from a throwaway control plane with the real Flux controllers")
    .addOption(
      new Option(
        "-s, --stack <name>",
        "what `publish` would propose for a stack, to both repositories (default: this clone's change)",
      )
        .argParser(stackName)
        .conflicts(whichTree),
    )
    .option("--base <ref>", "what the change goes to (default: where the head parted from origin's main branch)")
    .option("--head <ref>", "the change (default: HEAD)")
    .option("--dir <folder>", "a folder that is not committed, in place of --head")
    .option("--cluster <name>", "one cluster folder (default: all)")
    .option("--root <clone[@ref]>", "clone of the setup repository, where this one is an application's")
    .option(
      "--source <namespace/name=path>",
      "what a source reads: a clone (DIR[@REF]), charts, an OCI image layout or an artifact's content; repeatable",
      collect,
      [],
    )
    .option("--as <namespace/name>", "source that this clone stands for")
    .option("--path <folder>", "what one Kustomization applies, where the tree has no cluster (default: ./infra)")
    .option("--target-namespace <name>", "namespace of that Kustomization's objects")
    .option("--assume <file>", "objects that the cluster has outside of Git; repeatable", collect, [])
    .option("--offline", "ask nothing outside of this machine: sources that are not given are not evaluated")
    .option("--provenance <file>", "source lines of the objects, as JSON: what `timonier synth --causes` writes")
    .option(
      "--timeout <seconds>",
      "for the whole rehearsal, after which there is no answer for what has not come to an end (default: 300)",
      seconds,
    )
    .addOption(
      new Option("--format <form>", "of the report (default: markdown in a terminal, else json)").choices(formats),
    )
    .option("--out <folder>", "write every form there, in place of standard output")
    .option("--stop", "end the control plane that is kept, and delete it")
    .action(verb(async (options: RehearseOptions) => (await import("../commands/rehearse.js")).rehearse(options)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number of seconds.");
}
