import { UserError } from "@timonier/kit/user-error";
import { exitCodes } from "../exit-codes.js";
import { gateStatus, statusOf } from "../promotion/promotion-gate.js";
import { runningStack } from "../stack/running-stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";

/**
 * `timonier merge`: merges the open merge requests as a maintainer would do on GitLab's web pages.
 *
 * Only the embedded GitLab has a maintainer whose token is on this machine; elsewhere a person decides.
 */
export async function merge({ stack: name }: { stack: string }): Promise<number> {
  const { stack, outputs } = await runningStack(name);
  const client = await stackGitLab(stack, outputs, "maintainer");
  let merged = 0;
  const shut: string[] = [];
  for (const repository of [outputs.setupRepository, outputs.applicationRepository]) {
    const project = projectOf(outputs, repository);
    const open = await client.MergeRequests.all({ projectId: project, state: "opened", targetBranch: outputs.branch });
    for (const { iid, sha, title, web_url: url } of open) {
      const status = await statusOf(client, project, sha, gateStatus);
      if (status && status.state !== "success") {
        shut.push(`${project}!${iid} ${title}: ${status.description}`);
        continue;
      }
      // With the commit, so that GitLab does not merge a push that arrives in the meantime.
      const result = await client.MergeRequests.merge(project, iid, { sha, shouldRemoveSourceBranch: true });
      console.log(`${project}: merged !${iid} ${title} as ${String(result.merge_commit_sha).slice(0, 8)}\n  ${url}`);
      merged++;
    }
  }
  if (shut.length > 0) {
    throw new UserError(
      `the gate of a promotion is shut:\n${shut.map((one) => `    ${one}`).join("\n")}`,
      `merge requests of stack ${name}`,
      "wait until it is over, and run `npx timonier promote` again: it looks again, and opens the gate",
      { code: "TIM-813" },
    );
  }
  if (merged > 0) return exitCodes.done;
  throw new UserError("there is no open merge request", `both repositories of stack ${name}`, "npx timonier publish", {
    code: "TIM-701",
  });
}
