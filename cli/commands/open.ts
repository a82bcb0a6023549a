import { exitCodes } from "../exit-codes.js";
import { runningStack } from "../stack/running-stack.js";
import { type Role, stackGitLab } from "../stack/stack-gitlab.js";

/**
 * `timonier open`: where the merge requests are, and for the embedded GitLab a link that signs in there: once, within ten
 * minutes. The token itself is neither shown nor typed.
 */
export async function open({ stack: name, as = "maintainer" }: { stack: string; as?: Role }): Promise<number> {
  const { stack, outputs } = await runningStack(name);
  if (outputs.gitlab === "remote") {
    console.log(outputs.gitlabUrl);
    return exitCodes.done;
  }
  const client = await stackGitLab(stack, outputs, as);
  const { body } = await client.requester.post<Record<"url" | "username", string>>("timonier/sign_in_links");
  console.log(
    `GitLab of the stack ${name}; the link signs in as ${body.username}, once, within ten minutes:\n${body.url}`,
  );
  return exitCodes.done;
}
