import { type Acceptance, type GateReason, type GateRule, isAcceptable, judgeGate } from "@timonier/report/gate";
import { type AcceptanceWay, acceptances, acceptLabel } from "@timonier/report/note/acceptances";
import { connectMergeRequest, type MergeRequestOptions } from "../merge-request/connected-merge-request.js";
import { type ReportFiles, readReportFiles } from "../merge-request/report-files.js";
import { bad, good } from "../terminal.js";

/** Options of `timonier gate`. */
export interface GateVerbOptions extends ReportFiles, MergeRequestOptions {
  readonly failOn: readonly GateRule[];
  readonly accept: readonly AcceptanceWay[];
}

/** Exit codes as of `timonier rehearse`: 0: may merge; 2: must not merge; 1: no verdict. */
const codes = { open: 0, shut: 2, unable: 1 } as const;

/** `timonier gate`: prints whether the merge may continue, with one line for each reason. */
export async function gate(options: GateVerbOptions): Promise<number> {
  const report = await readReportFiles(options);
  const alone = judgeGate(report, options.failOn, []);
  // Read acceptances only when they can open the gate.
  const accepted = alone.state === "shut" ? await accepting(options) : [];
  const { state, reasons } = judgeGate(report, options.failOn, accepted);
  for (const line of [...reasons.flatMap(lines), ...reasons.flatMap((reason) => how(reason, options.accept))]) {
    console.log(line);
  }
  console.log(state === "open" ? good("gate: open") : bad(`gate: ${state}`));
  return codes[state];
}

async function accepting({ accept, ...where }: GateVerbOptions): Promise<readonly Acceptance[]> {
  if (accept.length === 0) return [];
  const connected = connectMergeRequest(where);
  if (!connected) {
    console.log("gate: acceptances were not read, because there is no token (TIMONIER_NOTE_TOKEN)");
    return [];
  }
  const { client, project, mergeRequest, headSha, pipeline } = connected;
  const { pipelineCreatedAt } = pipeline;
  return acceptances(client, {
    ...{ project, mergeRequest, headSha, ways: accept },
    ...(pipelineCreatedAt !== undefined && { pipelineCreatedAt }),
  });
}

/** How the reviewers of the merge request can accept a rule. */
function how({ rule, acceptedBy }: GateReason, accept: readonly AcceptanceWay[]): readonly string[] {
  if (acceptedBy !== undefined || !isAcceptable(rule) || accept.length === 0) return [];
  const texts = { label: `the label ${acceptLabel(rule)}`, approval: "an approval by a user who is not the author" };
  return [`to accept ${rule}: ${accept.map((way) => texts[way]).join(", or ")}; then run this job again`];
}

function lines({ rule, what, acceptedBy }: GateReason): readonly string[] {
  return what.map((one) => `${rule}: ${one}${acceptedBy === undefined ? "" : ` (accepted by ${acceptedBy})`}`);
}
