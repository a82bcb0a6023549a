import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { publish } from "@timonier/manifests/publish";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { readToken, removeGitLab, startGitLab } from "../../simulators/gitlab/lifecycle.js";
import type { Part } from "./measure.js";

/** A GitLab in a process of its own, to which trees are published. */
export class PublishingScene {
  private constructor(
    private readonly parent: string,
    private readonly client: GitLab,
  ) {}

  static async start(): Promise<PublishingScene> {
    const parent = mkdtempSync(join(tmpdir(), "timonier-bench-publish-"));
    try {
      const dir = join(parent, "gitlab");
      const { url, caFile } = await startGitLab(dir);
      return new PublishingScene(parent, connectGitLab({ url, caFile, token: readToken(dir) }));
    } catch (error) {
      rmSync(parent, { recursive: true, force: true });
      throw error;
    }
  }

  async end(): Promise<void> {
    await removeGitLab(join(this.parent, "gitlab"));
    rmSync(this.parent, { recursive: true, force: true });
  }

  /** The first publication: both trees, each to a project that has no synthesized file. */
  first(trees: Trees): Part {
    let projects: readonly number[] = [];
    return {
      prepare: async () => {
        projects = [await this.project(), await this.project()];
      },
      run: () => this.publishBoth(projects, trees, "opened"),
    };
  }

  /** Publication of trees that the projects have. */
  async unchanged(trees: Trees): Promise<Part> {
    const projects = [await this.project(trees.setup), await this.project(trees.application)];
    return { run: () => this.publishBoth(projects, trees, "unchanged") };
  }

  private async publishBoth(projects: readonly number[], trees: Trees, expected: string): Promise<void> {
    for (const [index, tree] of [trees.setup, trees.application].entries()) {
      const { state } = await publish(this.client, { project: projects[index] ?? 0, tree });
      if (state !== expected) throw new Error(`publish: ${state} instead of ${expected}`);
    }
  }

  private async project(files: Tree = new Map([["README.md", "bench\n"]])): Promise<number> {
    const { id } = await this.client.Projects.create({ name: `bench-${performance.now()}` });
    const actions = [...files].map(([filePath, content]) => ({ action: "create" as const, filePath, content }));
    await this.client.Commits.create(id, "main", "first commit", actions);
    return id;
  }
}
