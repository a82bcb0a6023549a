import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RehearsalRequest } from "@timonier/rehearsal/engine/request";
import { type JoinedChange, joinReports } from "@timonier/report/join";
import type { Report } from "@timonier/report/model";
import { type Proposal, propose } from "./proposal.js";
import { withRehearsal } from "./with-rehearsal.js";

type Options = Pick<RehearsalRequest, "assume" | "offline" | "timeout">;

/**
 * What the merge requests that `publish` would open do to a stack's cluster, as one report. Each becomes a merge of its own,
 * so each is rehearsed beside the other repository as it is.
 */
export async function rehearseProposal(stack: string, options: Options): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "timonier-proposal-"));
  try {
    const requests = requestsFor(await propose(stack, folder), options);
    const reports = await withRehearsal(async (run) => {
      const done: Report[] = [];
      for (const request of requests) done.push(await run(request));
      return done;
    });
    return joinReports(reports as [Report, ...Report[]], changeOf(process.env));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One for each repository that differs; where none does, the setup repository's, which then says so. */
function requestsFor({ cluster, setup, application, provenance }: Proposal, options: Options): RehearsalRequest[] {
  const common = { ...options, base: "origin/HEAD", head: "HEAD", cluster, provenance };
  const ofSetup = {
    ...common,
    cwd: setup.folder,
    sources: { "timonier/application": `${application.folder}@origin/HEAD` },
  };
  const ofApplication = { ...common, cwd: application.folder, sources: {}, root: `${setup.folder}@origin/HEAD` };
  return [...(setup.differs || !application.differs ? [ofSetup] : []), ...(application.differs ? [ofApplication] : [])];
}

/** The program's own commits in a pipeline, where the note is on a merge request to it; else what is in the folder. */
function changeOf(env: NodeJS.ProcessEnv): JoinedChange {
  const [base, head] = [env.CI_MERGE_REQUEST_DIFF_BASE_SHA, env.CI_COMMIT_SHA];
  return {
    ...(base && { base: { ref: base, sha: base } }),
    head: head ? { ref: head, sha: head } : { ref: "apps/" },
  };
}
