import { type Acceptance, type GateReason, type GateRule, isAcceptable, judgeGate } from "@timonier/report/gate";
import { type AcceptWay, acceptances, acceptLabel } from "@timonier/report/note/acceptances";
import { connectMergeRequest, type MergeRequestOptions } from "../merge-request/connected-merge-request.js";
import { type ReportFiles, readReportFiles } from "../merge-request/report-files.js";
import { bad, good } from "../terminal.js";

/** What `timonier gate` takes. */
export interface GateVerbOptions extends ReportFiles, MergeRequestOptions {
  readonly failOn: readonly GateRule[];
  readonly accept: readonly AcceptWay[];
}

/** As `timonier rehearse` answers: 0 goes on, 2 does not, 1 nobody knows. */
const codes = { open: 0, shut: 2, unable: 1 } as const;

/** `timonier gate`: whether the merge may go on, with one line for each reason. */
export async function gate(options: GateVerbOptions): Promise<number> {
  const report = await readReportFiles(options);
  const alone = judgeGate(report, options.failOn, []);
  // GitLab is asked only where an answer of somebody can change something.
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
    console.log("gate: nobody was asked whether it is accepted, there is no token (TIMONIER_NOTE_TOKEN)");
    return [];
  }
  const { client, project, mergeRequest, headSha, pipeline } = connected;
  const { pipelineCreatedAt } = pipeline;
  return acceptances(client, {
    ...{ project, mergeRequest, headSha, ways: accept },
    ...(pipelineCreatedAt !== undefined && { pipelineCreatedAt }),
  });
}

/** How the people of the merge request open it. */
function how({ rule, acceptedBy }: GateReason, accept: readonly AcceptWay[]): readonly string[] {
  if (acceptedBy !== undefined || !isAcceptable(rule) || accept.length === 0) return [];
  const ways = { label: `the label ${acceptLabel(rule)}`, approval: "an approval by somebody who is not the author" };
  return [`to accept ${rule}: ${accept.map((way) => ways[way]).join(", or ")}; then run this job again`];
}

function lines({ rule, what, acceptedBy }: GateReason): readonly string[] {
  return what.map((one) => `${rule}: ${one}${acceptedBy === undefined ? "" : ` (accepted by ${acceptedBy})`}`);
}
