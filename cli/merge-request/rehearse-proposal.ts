import { StateFolder } from "@timonier/kit/state-folder";
import { withRehearsal } from "@timonier/rehearsal/cli/with-rehearsal";
import type { RehearsalRequest } from "@timonier/rehearsal/engine/request";
import { type JoinedChange, joinReports } from "@timonier/report/join";
import type { Report } from "@timonier/report/model";
import { progress } from "../terminal.js";
import { withClonesFolder } from "./clones-folder.js";
import { type Proposal, propose } from "./proposal.js";

/** How a proposal is rehearsed. */
export type RehearsalOptions = Pick<RehearsalRequest, "assume" | "offline" | "timeout">;

/**
 * Rehearses the merge requests that `publish` would open for a stack, and joins the reports. They
 * are merged one by one, so each is rehearsed with the present state of the other repository.
 */
export async function rehearseProposal(stack: string, options: RehearsalOptions): Promise<Report> {
  return withClonesFolder(async (folder) =>
    rehearseClones([await propose(stack, folder)], options, changeOf(process.env)),
  );
}

/** Rehearses proposals to one or several clusters. @param proposals at least one */
export async function rehearseClones(
  proposals: readonly Proposal[],
  options: RehearsalOptions,
  change: JoinedChange,
): Promise<Report> {
  const requests = proposals.flatMap((proposal) => requestsFor(proposal, options));
  const reports = await withRehearsal({ progress, binDir: new StateFolder().bin }, async (run) => {
    const done: Report[] = [];
    for (const request of requests) done.push(await run(request));
    return done;
  });
  return joinReports(reports as [Report, ...Report[]], change);
}

/**
 * One request for each repository that changes. Without any change the setup repository is
 * rehearsed, which reports no change.
 */
function requestsFor(
  { cluster, setup, application, provenance }: Proposal,
  options: RehearsalOptions,
): RehearsalRequest[] {
  const common = { ...options, base: "origin/HEAD", head: "HEAD", cluster, provenance };
  const ofSetup = {
    ...common,
    cwd: setup.folder,
    sources: { "timonier/application": `${application.folder}@origin/HEAD` },
  };
  const ofApplication = { ...common, cwd: application.folder, sources: {}, root: `${setup.folder}@origin/HEAD` };
  return [...(setup.differs || !application.differs ? [ofSetup] : []), ...(application.differs ? [ofApplication] : [])];
}

/**
 * In a pipeline the commits of the program, because the note is written on its merge request; else
 * the working folder.
 */
function changeOf(env: NodeJS.ProcessEnv): JoinedChange {
  const [base, head] = [env.CI_MERGE_REQUEST_DIFF_BASE_SHA, env.CI_COMMIT_SHA];
  return {
    ...(base && { base: { ref: base, sha: base } }),
    head: head ? { ref: head, sha: head } : { ref: "apps/" },
  };
}
