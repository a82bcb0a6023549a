import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import type { ObjectProvenance } from "./object-provenance.js";
import { type Head, type OpenRequest, ProjectReader, type PublishClient } from "./project-reader.js";
import { type CommitFacts, commitMessage, contentDigest, describe, parseCommit } from "./publish-message.js";
import { blobId, type FileAction, planPublish } from "./publish-plan.js";
import type { Tree } from "./tree.js";

/** What to publish, and to which branch. */
export interface PublishOptions {
  /** Number of the project, or its path. */
  readonly project: number | string;
  /** Desired contents of the tree's folders, as `synthesize` returns them. */
  readonly tree: Tree;
  /** Folders that belong to synthesis, also when the tree has no file in them. @default those of the tree */
  readonly folders?: readonly string[];
  /** Branch that Flux follows. @default "main" */
  readonly target?: string;
  /**
   * Branch of the merge request. It belongs to this program and is overwritten.
   *
   * @default "timonier/publish"
   */
  readonly branch?: string;
  /** Title of the merge request and of its one commit. @default "Publish synthesized manifests" */
  readonly title?: string;
  /** Text above the list of changes. @default none */
  readonly description?: string;
  /** Provenance of the objects, given the former tree; called only when a commit is made. @default none */
  readonly provenance?: (former: Tree) => Promise<readonly ObjectProvenance[]>;
}

/** Result of {@link publish}. */
export interface Published {
  /**
   * `unchanged`: nothing was written, because the branch or the target already has the tree ·
   * `superseded`: another publish wrote something else at the same time, and its result stays.
   */
  readonly state: "unchanged" | "opened" | "updated" | "superseded";
  /** URL of the open merge request. */
  readonly url?: string;
  /** Its number in the project. */
  readonly iid?: number;
  /** URL of a merge request that was closed because the target already has the tree. */
  readonly closed?: string;
  /** Paths that differ from the target branch. */
  readonly changed: readonly string[];
  /** Commits of other authors that this run overwrote: `ID TITLE`. */
  readonly replaced?: readonly string[];
  /** The branch, where nothing differs any more but another author has pushed to it. */
  readonly kept?: string;
}

/** Largest number of rounds; each concurrent publish or merge costs one more. */
const maxRounds = 8;

/**
 * Proposes a tree: one branch, one commit on the target's head, one merge request, updated in place.
 *
 * Each round reads the project and takes one step, so that the next run continues a killed one, and
 * two concurrent runs have one result. The branch starts at the target's head each time, so it
 * never conflicts; the new commit and the merge request name commits of other authors on it.
 * Without a difference nothing is written, and an open merge request is closed.
 *
 * @throws UserError when the target branch does not exist, or when GitLab rejects a request
 */
export async function publish(client: PublishClient, options: PublishOptions): Promise<Published> {
  const publication = new Publication(client, options);
  for (let round = 0; round < maxRounds; round++) {
    const published = await publication.step();
    if (published) return published;
  }
  throw new UserError(
    "the repository changed during each attempt to publish",
    `project ${options.project}`,
    "run the command again when no other merge or publish is running there",
    { code: "TIM-708" },
  );
}

/** State of the project in one round. */
interface ProjectState {
  readonly base: Head;
  readonly branch: Head | undefined;
  readonly open: OpenRequest | undefined;
  readonly actions: readonly FileAction[];
}

class Publication {
  private readonly reader: ProjectReader;
  private readonly target: string;
  private readonly branch: string;
  private readonly title: string;
  private state: "unchanged" | "opened" | "updated" = "unchanged";
  /** Head of the target on which this run committed. */
  private wroteOn: string | undefined;
  private readonly replaced: string[] = [];

  constructor(
    private readonly client: PublishClient,
    private readonly options: PublishOptions,
  ) {
    this.target = options.target ?? "main";
    this.branch = options.branch ?? "timonier/publish";
    this.title = options.title ?? "Publish synthesized manifests";
    this.reader = new ProjectReader(client, options.project, options.tree, options.folders);
  }

  /** @returns the result, when nothing is left to do */
  async step(): Promise<Published | undefined> {
    const state = await this.readState();
    const { base, branch, open, actions } = state;
    if (actions.length === 0) return this.withdraw(state);
    if (!branch || !(await this.holds(branch, base))) {
      if (this.wroteOn === base.sha) {
        return { ...this.result(state), state: "superseded" };
      }
      await this.commit(state);
      return undefined;
    }
    const facts = parseCommit(branch.message) ?? { content: "", apps: [], replaced: [] };
    const description = describe(this.options.description, actions, facts);
    if (!open) {
      await this.openRequest(description);
      return undefined;
    }
    if (open.title !== this.title || open.description !== description) {
      await this.client.MergeRequests.edit(this.options.project, open.iid, { title: this.title, description });
      if (this.state === "unchanged") this.state = "updated";
    }
    return { ...this.result(state), state: this.state };
  }

  private async readState(): Promise<ProjectState> {
    const [base, branch, open] = await Promise.all([
      this.reader.head(this.target),
      this.reader.head(this.branch),
      this.reader.openRequest(this.branch, this.target),
    ]);
    if (base) return { base, branch, open, actions: await this.difference(base.sha) };
    throw new UserError(
      `there is no branch ${this.target}`,
      `project ${this.options.project}`,
      "create the first commit: `npm run up`",
      { code: "TIM-709" },
    );
  }

  /** Differences between a commit and the tree. */
  private async difference(sha: string): Promise<FileAction[]> {
    return planPublish(await this.reader.filesAt(sha), this.options.tree);
  }

  /** Whether the branch is one commit on that base and already contains the tree. */
  private async holds(branch: Head, base: Head): Promise<boolean> {
    if (branch.parents.length !== 1 || branch.parents[0] !== base.sha) return false;
    return (await this.difference(branch.sha)).length === 0;
  }

  private async commit({ base, branch, open, actions }: ProjectState): Promise<void> {
    const others = branch ? await this.othersOn(base, branch) : { found: [], remembered: [] };
    const provenance = await this.provenance(base, actions);
    const facts: CommitFacts = {
      content: contentDigest(applied((await this.reader.filesAt(base.sha)).blobs, actions)),
      apps: [...new Set(provenance.map(({ app }) => app))].sort(),
      replaced: [...others.remembered, ...others.found],
    };
    const message = commitMessage(this.title, facts, provenance);
    const options = { startSha: base.sha, force: true };
    const created = await this.unlessRaced(() =>
      this.client.Commits.create(this.options.project, this.branch, message, actions as FileAction[], options),
    );
    if (!created) return;
    this.wroteOn = base.sha;
    this.replaced.push(...others.found);
    if (open && this.state === "unchanged") this.state = "updated";
  }

  /** Commits of other authors on the branch, and those that published commits name as overwritten. */
  private async othersOn(base: Head, branch: Head): Promise<{ found: string[]; remembered: string[] }> {
    const found: string[] = [];
    const remembered: string[] = [];
    for (const { id, message, title } of await this.reader.commitsAhead(base.sha, branch.sha)) {
      const facts = parseCommit(message);
      remembered.push(...(facts?.replaced ?? []));
      if (facts && (await this.isUnchanged(id, facts))) continue;
      found.push(`${id} ${title}`);
    }
    return { found, remembered: [...new Set(remembered)] };
  }

  private async isUnchanged(sha: string, { content }: CommitFacts): Promise<boolean> {
    return contentDigest((await this.reader.filesAt(sha)).blobs) === content;
  }

  private async provenance(base: Head, actions: readonly FileAction[]): Promise<readonly ObjectProvenance[]> {
    if (!this.options.provenance) return [];
    const all = await this.options.provenance(await this.reader.formerTree(base.sha, actions));
    const paths = new Set(actions.map(({ filePath }) => filePath));
    return all.filter(({ path, changed }) => changed && paths.has(path));
  }

  private async openRequest(description: string): Promise<void> {
    const { project } = this.options;
    const options = { description, removeSourceBranch: true };
    const made = await this.unlessRaced(() =>
      this.client.MergeRequests.create(project, this.branch, this.target, this.title, options),
    );
    if (made) this.state = "opened";
  }

  /**
   * Closes the merge request and deletes its branch, unless another author pushed to it: the target
   * has the tree.
   */
  private async withdraw({ base, branch, open }: ProjectState): Promise<Published> {
    const { project } = this.options;
    const others = branch ? (await this.othersOn(base, branch)).found : [];
    if (open) await this.client.MergeRequests.edit(project, open.iid, { stateEvent: "close" });
    if (branch && others.length === 0) {
      await this.client.Branches.remove(project, this.branch).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
    return {
      state: "unchanged",
      changed: [],
      ...(open && { closed: open.url }),
      ...(others.length > 0 && { kept: this.branch }),
    };
  }

  /** @returns undefined where a concurrent run was quicker; the next round reads its result */
  private async unlessRaced<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GitLabError && (error.status === 409 || /refresh and try again/i.test(error.message))) {
        return undefined;
      }
      throw error;
    }
  }

  private result({ open, actions }: ProjectState): Omit<Published, "state"> {
    return {
      changed: actions.map(({ filePath }) => filePath),
      ...(open && { url: open.url, iid: open.iid }),
      ...(this.replaced.length > 0 && { replaced: this.replaced }),
    };
  }
}

/** Git object ids of the files after a commit. */
function applied(blobs: ReadonlyMap<string, string>, actions: readonly FileAction[]): Map<string, string> {
  const after = new Map(blobs);
  const length = [...blobs.values()][0]?.length ?? 40;
  for (const change of actions) {
    if (change.action === "delete") after.delete(change.filePath);
    else after.set(change.filePath, blobId(change.content, length));
  }
  return after;
}
