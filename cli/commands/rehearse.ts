import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { stopRehearsal } from "@timonier/rehearsal/engine/lifetime";
import { rehearsalLayout, rehearsalRoot } from "@timonier/rehearsal/engine/rehearsal-layout";
import type { Report, Verdict } from "@timonier/report/model";
import { type ReportFormat, renderReport, reportFormats } from "@timonier/report/render";
import { rehearseProposal } from "../merge-request/rehearse-proposal.js";
import { withRehearsal } from "../merge-request/with-rehearsal.js";

/** As the command line gives them. */
export interface RehearseOptions {
  readonly stack?: string;
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

/** Exit codes are this command's own, as a pipeline needs them; docs/rehearsal.md. */
const codes: Readonly<Record<Verdict, number>> = {
  safe: 0,
  unable: 1,
  destructive: 2,
  rejected: 2,
  unknown: 4,
};

/** `timonier rehearse`: what the merge would do, on standard output; how far it is on standard error. */
export async function rehearse(options: RehearseOptions): Promise<number> {
  if (options.stop) {
    await stopRehearsal(rehearsalLayout(rehearsalRoot(process.env)));
    return 0;
  }
  const { stack, assume, timeout, offline = false } = options;
  const report =
    stack === undefined
      ? await ofClone(options)
      : await rehearseProposal(stack, { assume, offline, ...seconds(timeout) });
  write(report, options);
  return codes[report.verdict];
}

/** The change in the clone in which the command was called. */
function ofClone({ source, timeout, stack: _stack, ...rest }: RehearseOptions): Promise<Report> {
  const sources = Object.fromEntries(source.map(pairOf));
  return withRehearsal((run) => run({ ...rest, cwd: process.cwd(), sources, ...seconds(timeout) }));
}

const seconds = (timeout: number | undefined) => (timeout === undefined ? {} : { timeout: timeout * 1000 });

function pairOf(text: string): [string, string] {
  const [, source, spec] = /^([^=/]+\/[^=/]+)=(.+)$/.exec(text) ?? [];
  if (source && spec) return [source, spec];
  throw new UserError(
    `"${text}" names no source and path`,
    "--source",
    "write --source NAMESPACE/NAME=PATH: a clone (DIR or DIR@REF), charts, an OCI image layout or an artifact's content",
  );
}

function write(report: Report, { format = process.stdout.isTTY ? "markdown" : "json", out }: RehearseOptions): void {
  if (out === undefined) {
    process.stdout.write(renderReport(report, format));
    return;
  }
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  for (const form of reportFormats) writeFileSync(join(folder, fileNames[form]), renderReport(report, form));
}

/** Under which name each form is written. */
const fileNames: Readonly<Record<ReportFormat, string>> = {
  markdown: "report.md",
  json: "report.json",
  html: "report.html",
  codequality: "codequality.json",
  junit: "junit.xml",
};
