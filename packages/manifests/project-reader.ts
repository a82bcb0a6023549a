import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import pLimit from "p-limit";
import { ownedFilesName, parseOwnedFiles } from "./owned-files.js";
import { type FileAction, foldersOf, ownedPaths, type RepositoryFiles } from "./publish-plan.js";
import type { Tree } from "./tree.js";

/** The part of a GitLab client that is used here. */
export type PublishClient = Pick<GitLab, "Branches" | "Commits" | "MergeRequests" | "Repositories" | "RepositoryFiles">;

/** Head of a branch. */
export interface Head {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** The part of a merge request that is used here. */
export interface OpenRequest {
  readonly iid: number;
  readonly url: string;
  readonly title: string;
  readonly description: string;
}

/** Largest number of former contents that are read for provenance, with one request each. */
const maxFormerContents = 200;

/** Reads one project. The files of a commit are read once, because they never change. */
export class ProjectReader {
  private readonly known = new Map<string, Promise<RepositoryFiles>>();

  constructor(
    private readonly client: PublishClient,
    private readonly project: number | string,
    private readonly tree: Tree,
    private readonly folders: readonly string[] = [],
  ) {}

  /** @returns undefined where the branch does not exist */
  async head(branch: string): Promise<Head | undefined> {
    try {
      const { commit } = await this.client.Branches.show(this.project, branch);
      return { sha: commit.id, parents: commit.parent_ids ?? [], message: commit.message };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async openRequest(sourceBranch: string, targetBranch: string): Promise<OpenRequest | undefined> {
    const query = { projectId: this.project, sourceBranch, targetBranch, state: "opened" } as const;
    const [open] = await this.client.MergeRequests.all(query);
    return open && { iid: open.iid, url: open.web_url, title: open.title, description: open.description ?? "" };
  }

  /** The files in the tree's folders at a commit. */
  filesAt(sha: string): Promise<RepositoryFiles> {
    const known = this.known.get(sha) ?? this.readFiles(sha);
    this.known.set(sha, known);
    return known;
  }

  /** Commits of `to` that `from` lacks, the oldest first. */
  async commitsAhead(from: string, to: string): Promise<ReadonlyArray<{ id: string; message: string; title: string }>> {
    const { commits } = await this.client.Repositories.compare(this.project, from, to);
    return (commits ?? []).map(({ id, message, title }) => ({ id, message: String(message), title }));
  }

  /** The tree with the contents that the files of the actions have at a commit. */
  async formerTree(sha: string, actions: readonly FileAction[]): Promise<Tree> {
    const former = new Map(this.tree);
    const limit = pLimit(8);
    const read = actions.slice(0, maxFormerContents).map(({ action, filePath }) =>
      limit(async () => {
        if (action !== "create") former.set(filePath, await this.contentOf(filePath, sha));
      }),
    );
    for (const { action, filePath } of actions) if (action === "create") former.delete(filePath);
    await Promise.all(read);
    return former;
  }

  private async readFiles(ref: string): Promise<RepositoryFiles> {
    const blobs = new Map<string, string>();
    const owned = new Set<string>();
    for (const path of foldersOf(this.tree, this.folders)) {
      const listing = { ref, path, recursive: true, perPage: 100 };
      const entries = await this.client.Repositories.allRepositoryTrees(this.project, listing)
        // 404: the folder does not exist yet.
        .catch((error: unknown) => {
          if (isGone(error)) return [];
          throw error;
        });
      for (const entry of entries) if (entry.type === "blob") blobs.set(entry.path, entry.id);
      const list = `${path}/${ownedFilesName}`;
      if (!blobs.has(list)) continue;
      const names = parseOwnedFiles(await this.contentOf(list, ref), `${this.project}: ${list}`).keys();
      for (const name of ownedPaths(path, names)) owned.add(name);
      // Without files there is no list either.
      owned.add(list);
    }
    return { blobs, owned };
  }

  private async contentOf(path: string, ref: string): Promise<string> {
    const { content } = await this.client.RepositoryFiles.show(this.project, path, ref);
    return Buffer.from(content, "base64").toString();
  }
}
