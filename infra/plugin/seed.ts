import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { connectGitLab, type GitLab } from "../../core/gitlab-client.js";
import { isGone } from "../../core/gitlab-error.js";
import { withJustMade } from "../../core/just-made.js";
import type { ResourceKind } from "../../sdks/provider-host/plugin.js";

const inputs = z.object({
  url: z.string(),
  token: z.string(),
  caFile: z.string().optional(),
  project: z.string(),
  branch: z.string(),
  proposalBranch: z.string(),
  message: z.string(),
  folders: z.array(z.string()),
});

/**
 * The first commit of a repository. Made once: whatever the inputs become, what is in the repository is Git's. A branch
 * that is there already stays as it is: files that it lacks are proposed by a merge request.
 *
 * @see https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions
 */
export const seed: ResourceKind<unknown> = {
  diff: async (_id, olds, news) => {
    const moved = inputs.parse(olds.inputs).project !== inputs.parse(news).project;
    return { changes: moved, ...(moved && { replaces: ["project"], changed: ["project"] }) };
  },
  create: async (news) => {
    const { url, token, caFile, project, branch, message, folders, proposalBranch } = inputs.parse(news);
    const client = connectGitLab({ url, token, ...(caFile && { caFile }) });
    const files = await readFolders(folders);
    const made = { id: `${project}:${branch}`, state: news };
    if (!(await hasBranch(client, project, branch))) {
      const commit = () => client.Commits.create(project, branch, message, creations(files));
      await withJustMade(commit).catch(async (error: unknown) => {
        // The commit may have happened though its answer was lost, or another run may have made it.
        if (!(await hasBranch(client, project, branch))) throw error;
      });
      return made;
    }
    const missing = await missingFrom(client, project, branch, files);
    if (missing.size === 0) return made;
    const mergeRequest = await propose(client, project, missing, { from: proposalBranch, to: branch, title: message });
    return { ...made, state: { ...news, mergeRequest } };
  },
};

function creations(files: ReadonlyMap<string, string>) {
  return [...files].map(([filePath, content]) => ({ action: "create" as const, filePath, content }));
}

/** Files that a branch has nothing in the place of. */
async function missingFrom(client: GitLab, project: string, ref: string, files: ReadonlyMap<string, string>) {
  const there = await Promise.all(
    [...files.keys()].map(async (path) => {
      try {
        await client.RepositoryFiles.show(project, path, ref);
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    }),
  );
  return new Map([...files].filter((_, index) => !there[index]));
}

/** One commit on a branch of its own, and the merge request for it; those of an earlier attempt are taken up. @returns its number */
async function propose(
  client: GitLab,
  project: string,
  files: ReadonlyMap<string, string>,
  { from, to, title }: { readonly from: string; readonly to: string; readonly title: string },
): Promise<number> {
  await client.Commits.create(project, from, title, creations(files), { startBranch: to, force: true });
  const [open] = await client.MergeRequests.all({
    projectId: project,
    sourceBranch: from,
    targetBranch: to,
    state: "opened",
  });
  const request = open ?? (await client.MergeRequests.create(project, from, to, title, { removeSourceBranch: true }));
  return request.iid;
}

async function hasBranch(client: GitLab, project: string, branch: string): Promise<boolean> {
  try {
    await client.Branches.show(project, branch);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Every file by its path; a later folder wins. Sorted: the same folders make the same request. */
async function readFolders(folders: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      files.set(relative(folder, file).split(sep).join("/"), await readFile(file, "utf8"));
    }
  }
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}
