import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { StateFolder } from "../../core/state.js";
import { UserError } from "../../core/user-error.js";
import type { Report, Verdict } from "../../delivery/report/model.js";
import { type ReportFormat, renderReport, reportFormats } from "../../delivery/report/render.js";
import { clusterToolNames } from "../../embedded/cluster/tools.js";
import { rehearsalLayout, rehearsalRoot } from "../../embedded/rehearsal/layout.js";
import { exclusively, leaveWarm, stopRehearsal } from "../../embedded/rehearsal/lifetime.js";
import { rehearse as runRehearsal } from "../../embedded/rehearsal/rehearse.js";
import { ensureTools } from "../../embedded/toolchain/ensure.js";
import { progress } from "../terminal.js";

/** As the command line gives them. */
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
  readonly causes?: string;
  readonly timeout?: number;
  readonly format: ReportFormat;
  readonly out?: string;
  readonly stop?: boolean;
}

/** Exit codes are this command's own, as a pipeline needs them; docs/rehearsal.md. */
const codes: Readonly<Record<Verdict, number>> = { safe: 0, destructive: 2, rejected: 2, unable: 1 };

/** `timonier rehearse`: what the merge would do, on standard output; how far it is on standard error. */
export async function rehearse(options: RehearseOptions): Promise<number> {
  const layout = rehearsalLayout(rehearsalRoot(process.env));
  if (options.stop) {
    await stopRehearsal(layout);
    return 0;
  }
  const sources = Object.fromEntries(options.source.map(pairOf));
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: new StateFolder().bin, progress });
  const starting = { tools, flux: tools.flux, progress };
  const report = await exclusively(layout, progress, async () => {
    const { source: _source, timeout, ...rest } = options;
    const request = { ...rest, cwd: process.cwd(), sources, ...(timeout !== undefined && { timeout: timeout * 1000 }) };
    try {
      return await runRehearsal(layout, request, starting, process.env);
    } finally {
      leaveWarm(layout, starting);
    }
  });
  write(report, options);
  return codes[report.verdict];
}

function pairOf(text: string): [string, string] {
  const [, source, spec] = /^([^=/]+\/[^=/]+)=(.+)$/.exec(text) ?? [];
  if (source && spec) return [source, spec];
  throw new UserError(
    `"${text}" names no source and clone`,
    "--source",
    "write --source NAMESPACE/NAME=DIR or NAMESPACE/NAME=DIR@REF",
  );
}

function write(report: Report, { format, out }: RehearseOptions): void {
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
