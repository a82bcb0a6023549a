import { UserError } from "@timonier/kit/user-error";
import { exitCodes } from "../exit-codes.js";
import { runningStack } from "../stack/running-stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";

/**
 * `timonier merge`: what a maintainer does in GitLab's pages, for the story on one machine.
 *
 * Only the embedded GitLab has a maintainer whose token is here; elsewhere a person decides.
 */
export async function merge({ stack: name }: { stack: string }): Promise<number> {
  const { stack, outputs } = await runningStack(name);
  const client = await stackGitLab(stack, outputs, "maintainer");
  let merged = 0;
  for (const repository of [outputs.setupRepository, outputs.applicationRepository]) {
    const project = projectOf(outputs, repository);
    const open = await client.MergeRequests.all({ projectId: project, state: "opened", targetBranch: outputs.branch });
    for (const { iid, sha, title, web_url: url } of open) {
      // The head that is open now: a push in between is refused by GitLab, not merged unseen.
      const result = await client.MergeRequests.merge(project, iid, { sha, shouldRemoveSourceBranch: true });
      console.log(`${project}: merged !${iid} ${title} as ${String(result.merge_commit_sha).slice(0, 8)}\n  ${url}`);
      merged++;
    }
  }
  if (merged > 0) return exitCodes.done;
  throw new UserError("no merge request is open", `both repositories of stack ${name}`, "npx timonier publish");
}
