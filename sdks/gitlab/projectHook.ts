// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "branchFilterStrategy",
    "confidentialIssuesEvents",
    "confidentialNoteEvents",
    "customHeaders",
    "customWebhookTemplate",
    "deploymentEvents",
    "description",
    "emojiEvents",
    "enableSslVerification",
    "featureFlagEvents",
    "issuesEvents",
    "jobEvents",
    "mergeRequestsEvents",
    "milestoneEvents",
    "name",
    "noteEvents",
    "pipelineEvents",
    "project",
    "pushEvents",
    "pushEventsBranchFilter",
    "releasesEvents",
    "resourceAccessTokenEvents",
    "resourceDeployTokenEvents",
    "signingToken",
    "tagPushEvents",
    "token",
    "url",
    "urlVariables",
    "vulnerabilityEvents",
    "wikiPageEvents",
  ],
  outputs: ["alertStatus", "disabledUntil", "hookId", "projectId", "repositoryUpdateEvents", "signingTokenPresent"],
  required: ["project", "url"],
  secretInputs: ["signingToken", "token"],
  secretOutputs: ["signingToken", "token"],
};

export class ProjectHook extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectHookState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectHook {
    return new ProjectHook(name, state as unknown as ProjectHookArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectHook:ProjectHook";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectHook {
    return hasType(obj, ProjectHook.__pulumiType);
  }

  declare readonly alertStatus: pulumi.Output<string>;
  declare readonly branchFilterStrategy: pulumi.Output<string>;
  declare readonly confidentialIssuesEvents: pulumi.Output<boolean>;
  declare readonly confidentialNoteEvents: pulumi.Output<boolean>;
  declare readonly customHeaders: pulumi.Output<outputs.ProjectHookCustomHeader[] | undefined>;
  declare readonly customWebhookTemplate: pulumi.Output<string>;
  declare readonly deploymentEvents: pulumi.Output<boolean>;
  declare readonly description: pulumi.Output<string>;
  declare readonly disabledUntil: pulumi.Output<string>;
  declare readonly emojiEvents: pulumi.Output<boolean>;
  declare readonly enableSslVerification: pulumi.Output<boolean>;
  declare readonly featureFlagEvents: pulumi.Output<boolean>;
  declare readonly hookId: pulumi.Output<number>;
  declare readonly issuesEvents: pulumi.Output<boolean>;
  declare readonly jobEvents: pulumi.Output<boolean>;
  declare readonly mergeRequestsEvents: pulumi.Output<boolean>;
  declare readonly milestoneEvents: pulumi.Output<boolean>;
  declare readonly name: pulumi.Output<string>;
  declare readonly noteEvents: pulumi.Output<boolean>;
  declare readonly pipelineEvents: pulumi.Output<boolean>;
  declare readonly project: pulumi.Output<string>;
  declare readonly projectId: pulumi.Output<number>;
  declare readonly pushEvents: pulumi.Output<boolean>;
  declare readonly pushEventsBranchFilter: pulumi.Output<string>;
  declare readonly releasesEvents: pulumi.Output<boolean>;
  declare readonly repositoryUpdateEvents: pulumi.Output<boolean>;
  declare readonly resourceAccessTokenEvents: pulumi.Output<boolean>;
  declare readonly resourceDeployTokenEvents: pulumi.Output<boolean>;
  declare readonly signingToken: pulumi.Output<string | undefined>;
  declare readonly signingTokenPresent: pulumi.Output<boolean>;
  declare readonly tagPushEvents: pulumi.Output<boolean>;
  declare readonly token: pulumi.Output<string>;
  declare readonly url: pulumi.Output<string>;
  declare readonly urlVariables: pulumi.Output<outputs.ProjectHookUrlVariable[] | undefined>;
  declare readonly vulnerabilityEvents: pulumi.Output<boolean>;
  declare readonly wikiPageEvents: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectHookArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectHook.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectHookState extends Omit<ProjectHookArgs, "project" | "url"> {
  alertStatus?: pulumi.Input<string | undefined>;
  disabledUntil?: pulumi.Input<string | undefined>;
  hookId?: pulumi.Input<number | undefined>;
  project?: pulumi.Input<string | undefined>;
  projectId?: pulumi.Input<number | undefined>;
  repositoryUpdateEvents?: pulumi.Input<boolean | undefined>;
  signingTokenPresent?: pulumi.Input<boolean | undefined>;
  url?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectHookArgs {
  branchFilterStrategy?: pulumi.Input<string | undefined>;
  confidentialIssuesEvents?: pulumi.Input<boolean | undefined>;
  confidentialNoteEvents?: pulumi.Input<boolean | undefined>;
  customHeaders?: pulumi.Input<pulumi.Input<inputs.ProjectHookCustomHeader>[] | undefined>;
  customWebhookTemplate?: pulumi.Input<string | undefined>;
  deploymentEvents?: pulumi.Input<boolean | undefined>;
  description?: pulumi.Input<string | undefined>;
  emojiEvents?: pulumi.Input<boolean | undefined>;
  enableSslVerification?: pulumi.Input<boolean | undefined>;
  featureFlagEvents?: pulumi.Input<boolean | undefined>;
  issuesEvents?: pulumi.Input<boolean | undefined>;
  jobEvents?: pulumi.Input<boolean | undefined>;
  mergeRequestsEvents?: pulumi.Input<boolean | undefined>;
  milestoneEvents?: pulumi.Input<boolean | undefined>;
  name?: pulumi.Input<string | undefined>;
  noteEvents?: pulumi.Input<boolean | undefined>;
  pipelineEvents?: pulumi.Input<boolean | undefined>;
  project: pulumi.Input<string>;
  pushEvents?: pulumi.Input<boolean | undefined>;
  pushEventsBranchFilter?: pulumi.Input<string | undefined>;
  releasesEvents?: pulumi.Input<boolean | undefined>;
  resourceAccessTokenEvents?: pulumi.Input<boolean | undefined>;
  resourceDeployTokenEvents?: pulumi.Input<boolean | undefined>;
  signingToken?: pulumi.Input<string | undefined>;
  tagPushEvents?: pulumi.Input<boolean | undefined>;
  token?: pulumi.Input<string | undefined>;
  url: pulumi.Input<string>;
  urlVariables?: pulumi.Input<pulumi.Input<inputs.ProjectHookUrlVariable>[] | undefined>;
  vulnerabilityEvents?: pulumi.Input<boolean | undefined>;
  wikiPageEvents?: pulumi.Input<boolean | undefined>;
}
