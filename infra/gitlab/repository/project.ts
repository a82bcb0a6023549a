import * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { GitLabInstance } from "../gitlab-instance.js";
import { ownerTopic } from "../preflight/gitlab-facts.js";
import type { ReviewConfig } from "../settings.js";

/** A GitLab project, before anything is in it. */
export interface ProjectArgs {
  readonly instance: GitLabInstance;
  /** Last part of its path. */
  readonly path: string;
  readonly description: string;
  readonly visibility: "private" | "internal" | "public";
  /** Refuse to delete it. */
  readonly protect: boolean;
  readonly review: ReviewConfig;
  /** Cluster whose stack owns it. */
  readonly cluster: string;
}

/** An empty project in the namespace of the stack, with the topic by which the stack knows it. */
export function createProject(name: string, args: ProjectArgs, opts: pulumi.CustomResourceOptions): gitlab.Project {
  const { instance, path, description, visibility, protect, review, cluster } = args;
  return new gitlab.Project(
    `${name}-project`,
    {
      name: path,
      path,
      description,
      visibilityLevel: visibility,
      topics: [ownerTopic(cluster)],
      initializeWithReadme: false,
      // The branch is protected after the first commit. GitLab protects the default branch of a
      // project that has one, so waiting for that would never end.
      skipWaitForDefaultBranchProtection: true,
      removeSourceBranchAfterMerge: true,
      onlyAllowMergeIfAllDiscussionsAreResolved: true,
      onlyAllowMergeIfPipelineSucceeds: review.requirePipeline,
      permanentlyDeleteOnDestroy: !protect,
      ...(instance.namespace.id !== undefined && { namespaceId: instance.namespace.id }),
    },
    opts,
  );
}
