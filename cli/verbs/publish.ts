import { type Published, publish as publishTree } from "../../delivery/publish.js";
import { synthesize } from "../../delivery/tree.js";
import { appsInput } from "../apps-input.js";
import { exitCodes } from "../exit-codes.js";
import { projectOf, stackGitLab } from "../gitlab.js";
import { runningStack } from "../running-stack.js";

/** `timonier publish`: one merge request for each repository that differs from what apps/ says. */
export async function publish({ stack: name }: { stack: string }): Promise<number> {
  const { stack, outputs } = await runningStack(name);
  const trees = synthesize(await appsInput(outputs));
  const client = await stackGitLab(stack, outputs);
  const repositories = [
    [outputs.setupRepository, trees.setup],
    [outputs.applicationRepository, trees.application],
  ] as const;
  for (const [repository, tree] of repositories) {
    const project = projectOf(outputs, repository);
    console.log(sentence(project, await publishTree(client, { project, tree, target: outputs.branch })));
  }
  return exitCodes.done;
}

function sentence(project: string, { state, url, closed, changed }: Published): string {
  const files = changed.map((path) => `\n  ${path}`).join("");
  if (closed) return `${project}: nothing differs any more, closed ${closed}`;
  if (!url) return `${project}: nothing differs`;
  return `${project}: ${state} ${url}${files}`;
}
