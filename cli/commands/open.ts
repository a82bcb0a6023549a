import { exitCodes } from "../exit-codes.js";
import { runningStack } from "../stack/running-stack.js";
import { type Role, stackGitLab } from "../stack/stack-gitlab.js";

/**
 * `timonier open`: prints the URL of GitLab. For the embedded GitLab it is a link that signs in,
 * which is valid once and for ten minutes, so that the token is neither printed nor typed.
 */
export async function open({ stack: name, as = "maintainer" }: { stack: string; as?: Role }): Promise<number> {
  const { stack, outputs } = await runningStack(name);
  if (outputs.gitlab === "remote" && outputs.gitlabStack === undefined) {
    console.log(outputs.gitlabUrl);
    return exitCodes.done;
  }
  const client = await stackGitLab(stack, outputs, as);
  const { body } = await client.requester.post<Record<"url" | "username", string>>("timonier/sign_in_links");
  console.log(
    `GitLab of stack ${name}; the link signs in as ${body.username}, is valid once and for ten minutes:\n${body.url}`,
  );
  return exitCodes.done;
}
