import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import type { ObjectCause } from "./object-provenance.js";
import { type Head, type OpenRequest, ProjectReader, type PublishClient } from "./project-reader.js";
import { type CommitFacts, commitMessage, contentDigest, describe, parseCommit } from "./publish-message.js";
import { blobId, type FileAction, planPublish } from "./publish-plan.js";
import type { Tree } from "./tree.js";

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
  /** Where the objects come from, given what the tree was; asked only when a commit is made. @default nobody knows */
  readonly causes?: (former: Tree) => Promise<readonly ObjectCause[]>;
}

/** What came of it. */
export interface Published {
  /**
   * `unchanged`: nothing was written, because the branch, or the target, has it all · `superseded`: another publish
   * wrote something else at the same time, and that stands.
   */
  readonly state: "unchanged" | "opened" | "updated" | "superseded";
  /** The open merge request. */
  readonly url?: string;
  /** Its number in the project. */
  readonly iid?: number;
  /** A merge request that was closed because the target has everything that it was for. */
  readonly closed?: string;
  /** Paths that differ from the target branch. */
  readonly changed: readonly string[];
  /** Commits of others that this run wrote over: `ID TITLE`. */
  readonly replaced?: readonly string[];
  /** The branch, where nothing differs any more but somebody has pushed to it. */
  readonly kept?: string;
}

/** Looks at most; another publish or merge in between costs one each. */
const mostRounds = 8;

/**
 * Proposes a tree: one branch, one commit on the target's head, one merge request, updated in place.
 *
 * Each round looks and takes the one next step, so a run that was killed is taken up by the next, and two at once end in
 * one result. The branch is made anew from the target's head each time, so it never conflicts; commits of others on it
 * are named in the new commit and in the merge request. No difference, nothing done; a merge request that has lost its
 * difference is closed.
 *
 * @throws UserError when the target branch does not exist, or for what GitLab refuses
 */
export async function publish(client: PublishClient, options: PublishOptions): Promise<Published> {
  const publication = new Publication(client, options);
  for (let round = 0; round < mostRounds; round++) {
    const published = await publication.step();
    if (published) return published;
  }
  throw new UserError(
    "the repository changes faster than it can be published to",
    `project ${options.project}`,
    "run the command again when merging and publishing there have calmed down",
  );
}

/** What one look at the project shows. */
interface Seen {
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
  /** Head of the target on which a commit was made. */
  private wroteOn: string | undefined;
  private readonly replaced: string[] = [];

  constructor(
    private readonly client: PublishClient,
    private readonly options: PublishOptions,
  ) {
    this.target = options.target ?? "main";
    this.branch = options.branch ?? "timonier/publish";
    this.title = options.title ?? "Publish synthesized manifests";
    this.reader = new ProjectReader(client, options.project, options.tree);
  }

  /** @returns the result, when nothing is left to do */
  async step(): Promise<Published | undefined> {
    const seen = await this.look();
    const { base, branch, open, actions } = seen;
    if (actions.length === 0) return this.withdraw(seen);
    if (!branch || !(await this.holds(branch, base))) {
      if (this.wroteOn === base.sha) {
        return { ...this.result(seen), state: "superseded" };
      }
      await this.commit(seen);
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
    return { ...this.result(seen), state: this.state };
  }

  private async look(): Promise<Seen> {
    const [base, branch, open] = await Promise.all([
      this.reader.head(this.target),
      this.reader.head(this.branch),
      this.reader.openRequest(this.branch, this.target),
    ]);
    if (base) return { base, branch, open, actions: await this.difference(base.sha) };
    throw new UserError(
      `there is no branch ${this.target}`,
      `project ${this.options.project}`,
      "seed the repository first: `npm run up`",
    );
  }

  /** What differs between a commit and the tree. */
  private async difference(sha: string): Promise<FileAction[]> {
    return planPublish(await this.reader.filesAt(sha), this.options.tree);
  }

  /** Whether the branch is one commit on that base and holds the tree already. */
  private async holds(branch: Head, base: Head): Promise<boolean> {
    if (branch.parents.length !== 1 || branch.parents[0] !== base.sha) return false;
    return (await this.difference(branch.sha)).length === 0;
  }

  private async commit({ base, branch, open, actions }: Seen): Promise<void> {
    const others = branch ? await this.othersOn(base, branch) : { found: [], remembered: [] };
    const causes = await this.causes(base, actions);
    const facts: CommitFacts = {
      content: contentDigest(applied((await this.reader.filesAt(base.sha)).blobs, actions)),
      apps: [...new Set(causes.map(({ app }) => app))].sort(),
      replaced: [...others.remembered, ...others.found],
    };
    const message = commitMessage(this.title, facts, causes);
    const options = { startSha: base.sha, force: true };
    const made = await this.unlessRaced(() =>
      this.client.Commits.create(this.options.project, this.branch, message, actions as FileAction[], options),
    );
    if (!made) return;
    this.wroteOn = base.sha;
    this.replaced.push(...others.found);
    if (open && this.state === "unchanged") this.state = "updated";
  }

  /** Commits on the branch that are not ours, and those that ours name as written over already. */
  private async othersOn(base: Head, branch: Head): Promise<{ found: string[]; remembered: string[] }> {
    const found: string[] = [];
    const remembered: string[] = [];
    for (const { id, message, title } of await this.reader.commitsAhead(base.sha, branch.sha)) {
      const facts = parseCommit(message);
      remembered.push(...(facts?.replaced ?? []));
      if (facts && (await this.isUntouched(id, facts))) continue;
      found.push(`${id} ${title}`);
    }
    return { found, remembered: [...new Set(remembered)] };
  }

  private async isUntouched(sha: string, { content }: CommitFacts): Promise<boolean> {
    return contentDigest((await this.reader.filesAt(sha)).blobs) === content;
  }

  private async causes(base: Head, actions: readonly FileAction[]): Promise<readonly ObjectCause[]> {
    if (!this.options.causes) return [];
    const all = await this.options.causes(await this.reader.formerTree(base.sha, actions));
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

  /** Closes the merge request and removes its branch: the target has it all. What others pushed stays. */
  private async withdraw({ base, branch, open }: Seen): Promise<Published> {
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

  /** A refusal because another one was quicker: the next look shows what it did. */
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

  private result({ open, actions }: Seen): Omit<Published, "state"> {
    return {
      changed: actions.map(({ filePath }) => filePath),
      ...(open && { url: open.url, iid: open.iid }),
      ...(this.replaced.length > 0 && { replaced: this.replaced }),
    };
  }
}

/** The files after a commit, by Git's ids. */
function applied(blobs: ReadonlyMap<string, string>, actions: readonly FileAction[]): Map<string, string> {
  const after = new Map(blobs);
  const length = [...blobs.values()][0]?.length ?? 40;
  for (const change of actions) {
    if (change.action === "delete") after.delete(change.filePath);
    else after.set(change.filePath, blobId(change.content, length));
  }
  return after;
}
