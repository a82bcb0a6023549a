import type { GitLab } from "../core/gitlab-client.js";
import { isGone } from "../core/gitlab-error.js";
import { UserError } from "../core/user-error.js";
import { ownedFilesName, parseOwnedFiles } from "./owned-files.js";
import { type FileAction, foldersOf, ownedPaths, planPublish, type RepositoryFiles } from "./publish-plan.js";
import type { Tree } from "./tree.js";

/** What is used of a GitLab client. */
export type PublishClient = Pick<GitLab, "Branches" | "Commits" | "MergeRequests" | "Repositories" | "RepositoryFiles">;

/** What to publish, and where. */
export interface PublishOptions {
  /** Number of the project, or its path. */
  readonly project: number | string;
  /** What the repository shall hold in the tree's folders, as `synthesize` makes it. */
  readonly tree: Tree;
  /** Branch that Flux follows. @default "main" */
  readonly target?: string;
  /** Branch of the merge request; it is this program's own and is written over. @default "timonier/publish" */
  readonly branch?: string;
  /** Title of the merge request and of its one commit. @default "Publish synthesized manifests" */
  readonly title?: string;
  /** Text above the list of changes. @default none */
  readonly description?: string;
}

/** What came of it. */
export interface Published {
  /** `unchanged`: nothing was written to the branch, because it, or the target, has it all. */
  readonly state: "unchanged" | "opened" | "updated";
  /** The open merge request. */
  readonly url?: string;
  /** Its number in the project. */
  readonly iid?: number;
  /** A merge request that was closed because the target has everything that it was for. */
  readonly closed?: string;
  /** Paths that differ from the target branch. */
  readonly changed: readonly string[];
}

/**
 * Proposes a tree: one branch, one commit on the target's head, one merge request, updated in place.
 *
 * No difference, nothing done; a merge request that has lost its difference is closed. The branch is made anew from the
 * target's head each time, so it never conflicts.
 *
 * @throws UserError when the target branch does not exist, or for what GitLab refuses
 */
export async function publish(client: PublishClient, options: PublishOptions): Promise<Published> {
  const { project, tree, target = "main", branch = "timonier/publish" } = options;
  const title = options.title ?? "Publish synthesized manifests";
  const base = await headOf(client, project, target);
  if (base === undefined) {
    throw new UserError(
      `there is no branch ${target}`,
      `project ${project}`,
      "seed the repository first: `npm run up`",
    );
  }
  const [open, actions] = await Promise.all([
    openRequest(client, project, branch, target),
    difference(client, project, base.sha, tree),
  ]);
  if (actions.length === 0)
    return { state: "unchanged", changed: [], ...(await withdraw(client, project, branch, open)) };

  const changed = actions.map(({ filePath }) => filePath);
  const description = describe(options.description, actions);
  const same = await alreadyOn(client, project, branch, base.sha, tree);
  if (!same) {
    await client.Commits.create(project, branch, title, actions as FileAction[], { startSha: base.sha, force: true });
  }
  if (!open) {
    const made = await client.MergeRequests.create(project, branch, target, title, {
      description,
      removeSourceBranch: true,
    });
    return { state: "opened", url: made.web_url, iid: made.iid, changed };
  }
  const worded = open.title === title && (open.description ?? "") === description;
  if (!worded) await client.MergeRequests.edit(project, open.iid, { title, description });
  return { state: same && worded ? "unchanged" : "updated", url: open.web_url, iid: open.iid, changed };
}

async function headOf(client: PublishClient, project: number | string, branch: string) {
  try {
    const { commit } = await client.Branches.show(project, branch);
    return { sha: commit.id, parents: commit.parent_ids ?? [] };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function openRequest(client: PublishClient, projectId: number | string, sourceBranch: string, target: string) {
  const [open] = await client.MergeRequests.all({ projectId, sourceBranch, targetBranch: target, state: "opened" });
  return open;
}

/** What differs between a commit and the tree. */
async function difference(client: PublishClient, project: number | string, ref: string, tree: Tree) {
  return planPublish(await filesAt(client, project, ref, tree), tree);
}

async function filesAt(
  client: PublishClient,
  project: number | string,
  ref: string,
  tree: Tree,
): Promise<RepositoryFiles> {
  const blobs = new Map<string, string>();
  const owned = new Set<string>();
  for (const path of foldersOf(tree)) {
    const entries = await client.Repositories.allRepositoryTrees(project, { ref, path, recursive: true, perPage: 100 })
      // A folder that is not there yet.
      .catch((error: unknown) => {
        if (isGone(error)) return [];
        throw error;
      });
    for (const entry of entries) if (entry.type === "blob") blobs.set(entry.path, entry.id);
    const list = `${path}/${ownedFilesName}`;
    if (!blobs.has(list)) continue;
    const { content } = await client.RepositoryFiles.show(project, list, ref);
    const names = parseOwnedFiles(Buffer.from(content, "base64").toString(), `${project}: ${list}`).keys();
    for (const name of ownedPaths(path, names)) owned.add(name);
  }
  return { blobs, owned };
}

/** Whether the branch is one commit on that base and holds the tree already. */
async function alreadyOn(client: PublishClient, project: number | string, branch: string, base: string, tree: Tree) {
  const head = await headOf(client, project, branch);
  if (head?.parents.length !== 1 || head.parents[0] !== base) return false;
  return (await difference(client, project, head.sha, tree)).length === 0;
}

/** Closes the merge request and removes its branch: the target has it all. */
async function withdraw(
  client: PublishClient,
  project: number | string,
  branch: string,
  open: { iid: number; web_url: string } | undefined,
): Promise<{ closed?: string }> {
  if (!open) return {};
  await client.MergeRequests.edit(project, open.iid, { stateEvent: "close" });
  await client.Branches.remove(project, branch);
  return { closed: open.web_url };
}

const verbs = { create: "new", update: "changed", delete: "deleted" } as const;

/** The text of the merge request: the caller's words and what it does to which file. */
function describe(words: string | undefined, actions: readonly FileAction[]): string {
  const list = actions.map(({ action, filePath }) => `- ${verbs[action]}: \`${filePath}\``).join("\n");
  return words ? `${words}\n\n${list}` : list;
}
