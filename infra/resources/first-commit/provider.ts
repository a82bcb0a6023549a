import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { fileAt } from "@timonier/kit/gitlab-file";
import { silent } from "@timonier/kit/progress";
import { retryNotFound } from "@timonier/kit/retry-not-found";
import type { ResourceKind } from "@timonier/provider-host/plugin";
import { compare } from "@timonier/toolchain/version-range";
import { z } from "zod";
import { isOutdated, lackingComponents, otherComponents } from "../../flux/components-head.js";
import { fluxDistribution } from "../../flux/distribution.js";
import { firstCommitShape } from "./schema.js";

const { inputs } = firstCommitShape;
type Inputs = z.infer<typeof inputs>;
const recorded = z.object({ mergeRequest: z.number().optional(), upgradeRequest: z.number().optional() });

/** @see https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions */
interface Action {
  readonly action: "create" | "update";
  readonly filePath: string;
  readonly content: string;
}

/** A change of Flux's components in a branch. */
interface Upgrade {
  /** None where nothing has to change. */
  readonly actions: readonly Action[];
  readonly title: string;
}

/**
 * The first commit of a repository. Created once: later changes of the inputs do not change the
 * repository, whose content belongs to Git. A preexisting branch is not changed: a merge request
 * proposes missing files, and newer components of Flux if those in the branch are older, now or
 * whenever the wanted version rises.
 *
 * @see https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions
 */
export const firstCommit: ResourceKind<unknown> = {
  secrets: firstCommitShape.secrets,
  diff: async (_id, olds, news) => {
    const [before, now] = [inputs.parse(olds.inputs), inputs.parse(news)];
    if (before.project !== now.project) return { changes: true, replaces: ["project"], changed: ["project"] };
    return hasRisen(before, now) ? { changes: true, changed: ["upgrade"] } : { changes: false };
  },
  create: async (news) => {
    const wanted = inputs.parse(news);
    const { project, branch, message, folders, firstFolders, proposalBranch } = wanted;
    const client = connect(wanted);
    const made = { id: `${project}:${branch}`, state: news };
    if (!(await hasBranch(client, project, branch))) {
      const files = await readFolders([...firstFolders, ...folders]);
      const commit = () => client.Commits.create(project, branch, message, creations(files));
      await retryNotFound(commit).catch(async (error: unknown) => {
        // The commit may exist: its response was lost, or another run created it.
        if (!(await hasBranch(client, project, branch))) throw error;
      });
      return made;
    }
    const files = await readFolders(folders);
    const missing = await missingFrom(client, project, branch, files);
    const upgrades = await outdatedIn(client, wanted, files);
    if (missing.size === 0) return { ...made, state: { ...news, ...(await proposeUpgrade(client, wanted, upgrades)) } };
    const proposal = { from: proposalBranch, to: branch, title: message };
    const mergeRequest = await propose(client, project, [...creations(missing), ...upgrades.actions], proposal);
    return { ...made, state: { ...news, mergeRequest } };
  },
  update: async (_id, olds, news) => {
    const wanted = inputs.parse(news);
    const client = connect(wanted);
    const upgrades = await outdatedIn(client, wanted, await readFolders(wanted.folders));
    return { state: { ...news, ...recorded.parse(olds.state), ...(await proposeUpgrade(client, wanted, upgrades)) } };
  },
};

function connect({ url, token, caFile }: Inputs): GitLab {
  return connectGitLab({ url, token, ...(caFile && { caFile }) });
}

/**
 * Whether a newer Flux or more controllers are wanted than in the last run. An older version
 * downgrades nothing, and no controller is removed.
 */
function hasRisen({ upgrade: before }: Inputs, { upgrade: now }: Inputs): boolean {
  if (now === undefined) return false;
  if (before === undefined || compare(now.version, before.version) > 0) return true;
  return (now.components ?? []).some((name) => !before.components?.includes(name));
}

function creations(files: ReadonlyMap<string, string>): Action[] {
  return [...files].map(([filePath, content]) => ({ action: "create", filePath, content }));
}

/** Flux's components if the branch has older ones or lacks a controller; no controller of the branch is removed. */
async function outdatedIn(
  client: GitLab,
  { project, branch, upgrade }: Inputs,
  files: ReadonlyMap<string, string>,
): Promise<Upgrade> {
  const none = { actions: [], title: "" };
  const fresh = upgrade && files.get(upgrade.path);
  if (!fresh) return none;
  const there = await fileAt(client, project, upgrade.path, branch);
  if (there === undefined) return none;
  const added = lackingComponents(there, upgrade);
  const outdated = isOutdated(there, upgrade.version);
  if (added.length === 0 && !outdated) return none;
  const others = otherComponents(there, fresh, added);
  const content = others ? (await fluxDistribution(silent, others)).text : fresh;
  const title = outdated ? upgrade.message : (upgrade.additionMessage ?? upgrade.message);
  return { actions: [{ action: "update", filePath: upgrade.path, content }], title };
}

async function proposeUpgrade(
  client: GitLab,
  { project, branch, upgrade }: Inputs,
  { actions, title }: Upgrade,
): Promise<{ upgradeRequest?: number }> {
  if (!upgrade || actions.length === 0) return {};
  const proposal = { from: upgrade.branch, to: branch, title };
  return { upgradeRequest: await propose(client, project, actions, proposal) };
}

/** Files that a branch does not have. */
async function missingFrom(client: GitLab, project: string, ref: string, files: ReadonlyMap<string, string>) {
  const there = await Promise.all([...files.keys()].map((path) => fileAt(client, project, path, ref)));
  return new Map([...files].filter((_, index) => there[index] === undefined));
}

/**
 * Commits to a branch of its own and opens a merge request, or updates those of an earlier attempt.
 *
 * @returns its number
 */
async function propose(
  client: GitLab,
  project: string,
  actions: readonly Action[],
  { from, to, title }: { readonly from: string; readonly to: string; readonly title: string },
): Promise<number> {
  await client.Commits.create(project, from, title, [...actions], { startBranch: to, force: true });
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

/** Every file by its path; a later folder takes precedence. Sorted, so that the same folders give the same request. */
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
