import { GitLabError } from "../../../../packages/kit/gitlab-error.js";
import type { PublishClient } from "../../../../packages/manifests/project-reader.js";
import { blobId, type FileAction } from "../../../../packages/manifests/publish-plan.js";

interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
}

interface Request {
  readonly iid: number;
  readonly web_url: string;
  readonly source: string;
  readonly target: string;
  title: string;
  description: string;
  state: "opened" | "closed" | "merged";
}

/** One GitLab project in memory: only what publishing asks for, with GitLab's refusals. Every write is in `writes`. */
export class FakeRepository {
  readonly branches = new Map<string, string>();
  readonly requests: Request[] = [];
  readonly writes: string[] = [];
  /** What happens just before a commit or a merge request is made. */
  before: ((what: string) => Promise<void>) | undefined;
  private readonly commits = new Map<string, Commit>();

  constructor(files: Record<string, string>) {
    this.branches.set("main", this.commit([], new Map(Object.entries(files))));
  }

  /** The files of a branch. */
  files(branch = "main"): Record<string, string> {
    return Object.fromEntries([...this.at(this.branches.get(branch) ?? "").files].sort());
  }

  /** Number of commits from a branch's head that main does not have. */
  ahead(branch: string): number {
    let count = 0;
    for (let id = this.branches.get(branch); id && id !== this.branches.get("main"); count++)
      id = this.at(id).parents[0];
    return count;
  }

  /** A commit by somebody else. */
  change(branch: string, files: Record<string, string | undefined>): void {
    const head = this.branches.get(branch) ?? "";
    const next = new Map(this.at(head).files);
    for (const [path, content] of Object.entries(files)) {
      if (content === undefined) next.delete(path);
      else next.set(path, content);
    }
    this.branches.set(branch, this.commit([head], next, `By hand ${this.commits.size}\n`));
  }

  /** The head of a branch with other content, and the same message. */
  amend(branch: string, files: Record<string, string>): void {
    const { parents, files: before, message } = this.at(this.branches.get(branch) ?? "");
    this.branches.set(branch, this.commit(parents, new Map([...before, ...Object.entries(files)]), message));
  }

  /** The message of a branch's head. */
  message(branch: string): string | undefined {
    return this.at(this.branches.get(branch) ?? "").message;
  }

  /** Merges the open merge request and removes its branch. */
  merge(): void {
    const open = this.requests.find(({ state }) => state === "opened");
    if (!open) throw new Error("nothing to merge");
    const head = this.branches.get(open.source) ?? "";
    this.branches.set("main", this.commit([this.branches.get("main") ?? "", head], this.at(head).files));
    this.branches.delete(open.source);
    open.state = "merged";
  }

  /** The client; the types of the library are far wider than what is answered here. */
  get client(): PublishClient {
    return {
      Branches: {
        show: async (_: unknown, name: string) => {
          const { id, parents, message } = this.at(this.branches.get(name) ?? "");
          return { name, commit: { id, parent_ids: [...parents], message } };
        },
        remove: async (_: unknown, name: string) => {
          this.writes.push(`remove ${name}`);
          this.branches.delete(name);
        },
      },
      Commits: {
        create: async (_: unknown, branch: string, message: string, actions: FileAction[], options: CreateOptions) => {
          await this.before?.(`commit ${branch}`);
          return this.create(branch, message, actions, options);
        },
      },
      MergeRequests: {
        all: async ({ sourceBranch, targetBranch, state }: Record<string, string>) =>
          this.requests.filter((r) => r.source === sourceBranch && r.target === targetBranch && r.state === state),
        create: async (_: unknown, source: string, target: string, title: string, options: { description: string }) => {
          await this.before?.(`open ${source}`);
          if (this.requests.some((request) => request.source === source && request.state === "opened")) {
            throw refused(409, "Another open merge request already exists for this source branch: !1");
          }
          this.writes.push(`open ${source}`);
          const iid = this.requests.length + 1;
          const web_url = `https://gitlab.test/-/merge_requests/${iid}`;
          const request: Request = { iid, web_url, source, target, title, state: "opened", ...options };
          this.requests.push(request);
          return request;
        },
        edit: async (_: unknown, iid: number, { stateEvent, ...changes }: Record<string, string>) => {
          this.writes.push(`edit ${iid}`);
          const request = this.requests.find((candidate) => candidate.iid === iid);
          return Object.assign(request ?? {}, changes, stateEvent === "close" && { state: "closed" });
        },
      },
      Repositories: {
        compare: async (_: unknown, from: string, to: string) => {
          const commits: Array<{ id: string; message: string; title: string }> = [];
          for (let at: string | undefined = to; at && !this.isAncestor(at, from); at = this.at(at).parents[0]) {
            const { id, message } = this.at(at);
            commits.unshift({ id, message, title: message.split("\n")[0] ?? "" });
          }
          return { commits };
        },
        allRepositoryTrees: async (_: unknown, { ref, path }: { ref: string; path: string }) => {
          const inside = [...this.at(ref).files].filter(([name]) => name.startsWith(`${path}/`));
          if (inside.length === 0) throw notFound("Tree Not Found");
          return inside.map(([name, content]) => ({ path: name, id: blobId(content), type: "blob" }));
        },
      },
      RepositoryFiles: {
        show: async (_: unknown, path: string, ref: string) => {
          const content = this.at(ref).files.get(path);
          if (content === undefined) throw notFound("File Not Found");
          return { content: Buffer.from(content).toString("base64") };
        },
      },
    } as unknown as PublishClient;
  }

  private create(branch: string, message: string, actions: FileAction[], { startSha, force }: CreateOptions) {
    this.writes.push(`commit ${branch}`);
    if (this.branches.has(branch) && !force) throw new Error(`A branch called '${branch}' already exists.`);
    const files = new Map(this.at(startSha).files);
    for (const change of actions) {
      const exists = files.has(change.filePath);
      if (exists === (change.action === "create")) throw new Error(`${change.action} ${change.filePath}: wrong`);
      if (change.action === "delete") files.delete(change.filePath);
      else files.set(change.filePath, change.content);
    }
    this.branches.set(branch, this.commit([startSha], files, message));
    return { id: this.branches.get(branch), message };
  }

  private commit(parents: readonly string[], files: ReadonlyMap<string, string>, message = "Seed\n"): string {
    const id = String(this.commits.size + 1).padStart(40, "0");
    this.commits.set(id, { id, parents, files, message });
    return id;
  }

  private isAncestor(one: string, of: string): boolean {
    return one === of || this.at(of).parents.some((parent) => this.isAncestor(one, parent));
  }

  private at(id: string): Commit {
    const commit = this.commits.get(id);
    if (!commit) throw notFound("Branch Not Found");
    return commit;
  }
}

interface CreateOptions {
  readonly startSha: string;
  readonly force: boolean;
}

function notFound(words: string): GitLabError {
  return refused(404, words);
}

function refused(status: number, words: string): GitLabError {
  return new GitLabError({ status, words, uncertain: false }, words, "GET", "look");
}
