import { UserError } from "@timonier/kit/user-error";
import { exitCodes } from "../exit-codes.js";
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
  for (const repository of [outputs.setupRepository, outputs.applicationRepository]) {
    const project = projectOf(outputs, repository);
    const open = await client.MergeRequests.all({ projectId: project, state: "opened", targetBranch: outputs.branch });
    for (const { iid, sha, title, web_url: url } of open) {
      // With the commit, so that GitLab does not merge a push that arrives in the meantime.
      const result = await client.MergeRequests.merge(project, iid, { sha, shouldRemoveSourceBranch: true });
      console.log(`${project}: merged !${iid} ${title} as ${String(result.merge_commit_sha).slice(0, 8)}\n  ${url}`);
      merged++;
    }
  }
  if (merged > 0) return exitCodes.done;
  throw new UserError("there is no open merge request", `both repositories of stack ${name}`, "npx timonier publish", {
    code: "TIM-701",
  });
}
