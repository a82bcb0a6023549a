// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "allowMergeOnSkippedPipeline",
    "allowPipelineTriggerApproveDeployment",
    "analyticsAccessLevel",
    "archiveOnDestroy",
    "archived",
    "autoCancelPendingPipelines",
    "autoDevopsDeployStrategy",
    "autoDevopsEnabled",
    "autoDuoCodeReviewEnabled",
    "autocloseReferencedIssues",
    "avatar",
    "avatarHash",
    "branches",
    "buildGitStrategy",
    "buildTimeout",
    "buildsAccessLevel",
    "ciConfigPath",
    "ciDefaultGitDepth",
    "ciDeletePipelinesInSeconds",
    "ciDisplayPipelineVariables",
    "ciForwardDeploymentEnabled",
    "ciForwardDeploymentRollbackAllowed",
    "ciIdTokenSubClaimComponents",
    "ciPipelineVariablesMinimumOverrideRole",
    "ciPushRepositoryForJobTokenAllowed",
    "ciRestrictPipelineCancellationRole",
    "ciSeparatedCaches",
    "containerExpirationPolicy",
    "containerRegistryAccessLevel",
    "defaultBranch",
    "description",
    "emailsEnabled",
    "environmentsAccessLevel",
    "externalAuthorizationClassificationLabel",
    "featureFlagsAccessLevel",
    "forkedFromProjectId",
    "forkingAccessLevel",
    "groupRunnersEnabled",
    "groupWithProjectTemplatesId",
    "importUrl",
    "importUrlPassword",
    "importUrlUsername",
    "infrastructureAccessLevel",
    "initializeWithReadme",
    "issueBranchTemplate",
    "issuesAccessLevel",
    "issuesTemplate",
    "keepLatestArtifact",
    "lfsEnabled",
    "maxArtifactsSize",
    "mergeCommitTemplate",
    "mergeMethod",
    "mergePipelinesEnabled",
    "mergeRequestTitleRegex",
    "mergeRequestTitleRegexDescription",
    "mergeRequestsAccessLevel",
    "mergeRequestsTemplate",
    "mergeTrainsEnabled",
    "mergeTrainsSkipTrainAllowed",
    "modelExperimentsAccessLevel",
    "modelRegistryAccessLevel",
    "monitorAccessLevel",
    "mrDefaultTargetSelf",
    "name",
    "namespaceId",
    "onlyAllowMergeIfAllDiscussionsAreResolved",
    "onlyAllowMergeIfPipelineSucceeds",
    "packageRegistryAccessLevel",
    "packagesEnabled",
    "pagesAccessLevel",
    "path",
    "permanentlyDeleteOnDestroy",
    "preReceiveSecretDetectionEnabled",
    "preventMergeWithoutJiraIssue",
    "printingMergeRequestLinkEnabled",
    "protectMergeRequestPipelines",
    "publicBuilds",
    "publicJobs",
    "pushRules",
    "releasesAccessLevel",
    "removeSourceBranchAfterMerge",
    "repositoryAccessLevel",
    "repositoryStorage",
    "requestAccessEnabled",
    "requirementsAccessLevel",
    "resolveOutdatedDiffDiscussions",
    "resourceGroupDefaultProcessMode",
    "securityAndComplianceAccessLevel",
    "sharedRunnersEnabled",
    "skipWaitForDefaultBranchProtection",
    "snippetsAccessLevel",
    "squashCommitTemplate",
    "squashOption",
    "suggestionCommitMessage",
    "templateName",
    "templateProjectId",
    "topics",
    "useCustomTemplate",
    "visibilityLevel",
    "wikiAccessLevel",
  ],
  outputs: ["avatarUrl", "emptyRepo", "httpUrlToRepo", "pathWithNamespace", "runnersToken", "sshUrlToRepo", "webUrl"],
  required: [],
  secretInputs: ["importUrlPassword"],
  secretOutputs: ["importUrlPassword", "runnersToken"],
};

export class Project extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectState,
    opts?: pulumi.CustomResourceOptions,
  ): Project {
    return new Project(name, state as unknown as ProjectArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/project:Project";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is Project {
    return hasType(obj, Project.__pulumiType);
  }

  declare readonly allowMergeOnSkippedPipeline: pulumi.Output<boolean>;
  declare readonly allowPipelineTriggerApproveDeployment: pulumi.Output<boolean>;
  declare readonly analyticsAccessLevel: pulumi.Output<string>;
  declare readonly archiveOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly archived: pulumi.Output<boolean | undefined>;
  declare readonly autoCancelPendingPipelines: pulumi.Output<string>;
  declare readonly autoDevopsDeployStrategy: pulumi.Output<string>;
  declare readonly autoDevopsEnabled: pulumi.Output<boolean>;
  declare readonly autoDuoCodeReviewEnabled: pulumi.Output<boolean>;
  declare readonly autocloseReferencedIssues: pulumi.Output<boolean>;
  declare readonly avatar: pulumi.Output<string | undefined>;
  declare readonly avatarHash: pulumi.Output<string>;
  declare readonly avatarUrl: pulumi.Output<string>;
  declare readonly branches: pulumi.Output<string | undefined>;
  declare readonly buildGitStrategy: pulumi.Output<string>;
  declare readonly buildTimeout: pulumi.Output<number>;
  declare readonly buildsAccessLevel: pulumi.Output<string>;
  declare readonly ciConfigPath: pulumi.Output<string | undefined>;
  declare readonly ciDefaultGitDepth: pulumi.Output<number>;
  declare readonly ciDeletePipelinesInSeconds: pulumi.Output<number>;
  declare readonly ciDisplayPipelineVariables: pulumi.Output<boolean>;
  declare readonly ciForwardDeploymentEnabled: pulumi.Output<boolean>;
  declare readonly ciForwardDeploymentRollbackAllowed: pulumi.Output<boolean>;
  declare readonly ciIdTokenSubClaimComponents: pulumi.Output<string[]>;
  declare readonly ciPipelineVariablesMinimumOverrideRole: pulumi.Output<string>;
  declare readonly ciPushRepositoryForJobTokenAllowed: pulumi.Output<boolean>;
  declare readonly ciRestrictPipelineCancellationRole: pulumi.Output<string>;
  declare readonly ciSeparatedCaches: pulumi.Output<boolean>;
  declare readonly containerExpirationPolicy: pulumi.Output<outputs.ProjectContainerExpirationPolicy>;
  declare readonly containerRegistryAccessLevel: pulumi.Output<string>;
  declare readonly defaultBranch: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly emailsEnabled: pulumi.Output<boolean>;
  declare readonly emptyRepo: pulumi.Output<boolean>;
  declare readonly environmentsAccessLevel: pulumi.Output<string>;
  declare readonly externalAuthorizationClassificationLabel: pulumi.Output<string | undefined>;
  declare readonly featureFlagsAccessLevel: pulumi.Output<string>;
  declare readonly forkedFromProjectId: pulumi.Output<number | undefined>;
  declare readonly forkingAccessLevel: pulumi.Output<string>;
  declare readonly groupRunnersEnabled: pulumi.Output<boolean>;
  declare readonly groupWithProjectTemplatesId: pulumi.Output<number | undefined>;
  declare readonly httpUrlToRepo: pulumi.Output<string>;
  declare readonly importUrl: pulumi.Output<string>;
  declare readonly importUrlPassword: pulumi.Output<string | undefined>;
  declare readonly importUrlUsername: pulumi.Output<string | undefined>;
  declare readonly infrastructureAccessLevel: pulumi.Output<string>;
  declare readonly initializeWithReadme: pulumi.Output<boolean | undefined>;
  declare readonly issueBranchTemplate: pulumi.Output<string | undefined>;
  declare readonly issuesAccessLevel: pulumi.Output<string>;
  declare readonly issuesTemplate: pulumi.Output<string | undefined>;
  declare readonly keepLatestArtifact: pulumi.Output<boolean>;
  declare readonly lfsEnabled: pulumi.Output<boolean>;
  declare readonly maxArtifactsSize: pulumi.Output<number>;
  declare readonly mergeCommitTemplate: pulumi.Output<string | undefined>;
  declare readonly mergeMethod: pulumi.Output<string>;
  declare readonly mergePipelinesEnabled: pulumi.Output<boolean>;
  declare readonly mergeRequestTitleRegex: pulumi.Output<string>;
  declare readonly mergeRequestTitleRegexDescription: pulumi.Output<string>;
  declare readonly mergeRequestsAccessLevel: pulumi.Output<string>;
  declare readonly mergeRequestsTemplate: pulumi.Output<string | undefined>;
  declare readonly mergeTrainsEnabled: pulumi.Output<boolean>;
  declare readonly mergeTrainsSkipTrainAllowed: pulumi.Output<boolean>;
  declare readonly modelExperimentsAccessLevel: pulumi.Output<string>;
  declare readonly modelRegistryAccessLevel: pulumi.Output<string>;
  declare readonly monitorAccessLevel: pulumi.Output<string>;
  declare readonly mrDefaultTargetSelf: pulumi.Output<boolean | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly namespaceId: pulumi.Output<number>;
  declare readonly onlyAllowMergeIfAllDiscussionsAreResolved: pulumi.Output<boolean>;
  declare readonly onlyAllowMergeIfPipelineSucceeds: pulumi.Output<boolean>;
  declare readonly packageRegistryAccessLevel: pulumi.Output<string>;
  declare readonly packagesEnabled: pulumi.Output<boolean>;
  declare readonly pagesAccessLevel: pulumi.Output<string>;
  declare readonly path: pulumi.Output<string | undefined>;
  declare readonly pathWithNamespace: pulumi.Output<string>;
  declare readonly permanentlyDeleteOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly preReceiveSecretDetectionEnabled: pulumi.Output<boolean>;
  declare readonly preventMergeWithoutJiraIssue: pulumi.Output<boolean>;
  declare readonly printingMergeRequestLinkEnabled: pulumi.Output<boolean>;
  declare readonly protectMergeRequestPipelines: pulumi.Output<boolean>;
  /** @deprecated as in the official provider */
  declare readonly publicBuilds: pulumi.Output<boolean>;
  declare readonly publicJobs: pulumi.Output<boolean>;
  declare readonly pushRules: pulumi.Output<outputs.ProjectPushRules>;
  declare readonly releasesAccessLevel: pulumi.Output<string>;
  declare readonly removeSourceBranchAfterMerge: pulumi.Output<boolean>;
  declare readonly repositoryAccessLevel: pulumi.Output<string>;
  declare readonly repositoryStorage: pulumi.Output<string>;
  declare readonly requestAccessEnabled: pulumi.Output<boolean>;
  declare readonly requirementsAccessLevel: pulumi.Output<string>;
  declare readonly resolveOutdatedDiffDiscussions: pulumi.Output<boolean | undefined>;
  declare readonly resourceGroupDefaultProcessMode: pulumi.Output<string>;
  declare readonly runnersToken: pulumi.Output<string>;
  declare readonly securityAndComplianceAccessLevel: pulumi.Output<string>;
  declare readonly sharedRunnersEnabled: pulumi.Output<boolean>;
  declare readonly skipWaitForDefaultBranchProtection: pulumi.Output<boolean | undefined>;
  declare readonly snippetsAccessLevel: pulumi.Output<string>;
  declare readonly squashCommitTemplate: pulumi.Output<string | undefined>;
  declare readonly squashOption: pulumi.Output<string>;
  declare readonly sshUrlToRepo: pulumi.Output<string>;
  declare readonly suggestionCommitMessage: pulumi.Output<string | undefined>;
  declare readonly templateName: pulumi.Output<string | undefined>;
  declare readonly templateProjectId: pulumi.Output<number | undefined>;
  declare readonly topics: pulumi.Output<string[]>;
  declare readonly useCustomTemplate: pulumi.Output<boolean | undefined>;
  declare readonly visibilityLevel: pulumi.Output<string>;
  declare readonly webUrl: pulumi.Output<string>;
  declare readonly wikiAccessLevel: pulumi.Output<string>;

  constructor(name: string, args?: ProjectArgs, opts?: pulumi.CustomResourceOptions) {
    super(Project.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectState extends ProjectArgs {
  avatarUrl?: pulumi.Input<string | undefined>;
  emptyRepo?: pulumi.Input<boolean | undefined>;
  httpUrlToRepo?: pulumi.Input<string | undefined>;
  pathWithNamespace?: pulumi.Input<string | undefined>;
  runnersToken?: pulumi.Input<string | undefined>;
  sshUrlToRepo?: pulumi.Input<string | undefined>;
  webUrl?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectArgs {
  allowMergeOnSkippedPipeline?: pulumi.Input<boolean | undefined>;
  allowPipelineTriggerApproveDeployment?: pulumi.Input<boolean | undefined>;
  analyticsAccessLevel?: pulumi.Input<string | undefined>;
  archiveOnDestroy?: pulumi.Input<boolean | undefined>;
  archived?: pulumi.Input<boolean | undefined>;
  autoCancelPendingPipelines?: pulumi.Input<string | undefined>;
  autoDevopsDeployStrategy?: pulumi.Input<string | undefined>;
  autoDevopsEnabled?: pulumi.Input<boolean | undefined>;
  autoDuoCodeReviewEnabled?: pulumi.Input<boolean | undefined>;
  autocloseReferencedIssues?: pulumi.Input<boolean | undefined>;
  avatar?: pulumi.Input<string | undefined>;
  avatarHash?: pulumi.Input<string | undefined>;
  branches?: pulumi.Input<string | undefined>;
  buildGitStrategy?: pulumi.Input<string | undefined>;
  buildTimeout?: pulumi.Input<number | undefined>;
  buildsAccessLevel?: pulumi.Input<string | undefined>;
  ciConfigPath?: pulumi.Input<string | undefined>;
  ciDefaultGitDepth?: pulumi.Input<number | undefined>;
  ciDeletePipelinesInSeconds?: pulumi.Input<number | undefined>;
  ciDisplayPipelineVariables?: pulumi.Input<boolean | undefined>;
  ciForwardDeploymentEnabled?: pulumi.Input<boolean | undefined>;
  ciForwardDeploymentRollbackAllowed?: pulumi.Input<boolean | undefined>;
  ciIdTokenSubClaimComponents?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  ciPipelineVariablesMinimumOverrideRole?: pulumi.Input<string | undefined>;
  ciPushRepositoryForJobTokenAllowed?: pulumi.Input<boolean | undefined>;
  ciRestrictPipelineCancellationRole?: pulumi.Input<string | undefined>;
  ciSeparatedCaches?: pulumi.Input<boolean | undefined>;
  containerExpirationPolicy?: pulumi.Input<inputs.ProjectContainerExpirationPolicy | undefined>;
  containerRegistryAccessLevel?: pulumi.Input<string | undefined>;
  defaultBranch?: pulumi.Input<string | undefined>;
  description?: pulumi.Input<string | undefined>;
  emailsEnabled?: pulumi.Input<boolean | undefined>;
  environmentsAccessLevel?: pulumi.Input<string | undefined>;
  externalAuthorizationClassificationLabel?: pulumi.Input<string | undefined>;
  featureFlagsAccessLevel?: pulumi.Input<string | undefined>;
  forkedFromProjectId?: pulumi.Input<number | undefined>;
  forkingAccessLevel?: pulumi.Input<string | undefined>;
  groupRunnersEnabled?: pulumi.Input<boolean | undefined>;
  groupWithProjectTemplatesId?: pulumi.Input<number | undefined>;
  importUrl?: pulumi.Input<string | undefined>;
  importUrlPassword?: pulumi.Input<string | undefined>;
  importUrlUsername?: pulumi.Input<string | undefined>;
  infrastructureAccessLevel?: pulumi.Input<string | undefined>;
  initializeWithReadme?: pulumi.Input<boolean | undefined>;
  issueBranchTemplate?: pulumi.Input<string | undefined>;
  issuesAccessLevel?: pulumi.Input<string | undefined>;
  issuesTemplate?: pulumi.Input<string | undefined>;
  keepLatestArtifact?: pulumi.Input<boolean | undefined>;
  lfsEnabled?: pulumi.Input<boolean | undefined>;
  maxArtifactsSize?: pulumi.Input<number | undefined>;
  mergeCommitTemplate?: pulumi.Input<string | undefined>;
  mergeMethod?: pulumi.Input<string | undefined>;
  mergePipelinesEnabled?: pulumi.Input<boolean | undefined>;
  mergeRequestTitleRegex?: pulumi.Input<string | undefined>;
  mergeRequestTitleRegexDescription?: pulumi.Input<string | undefined>;
  mergeRequestsAccessLevel?: pulumi.Input<string | undefined>;
  mergeRequestsTemplate?: pulumi.Input<string | undefined>;
  mergeTrainsEnabled?: pulumi.Input<boolean | undefined>;
  mergeTrainsSkipTrainAllowed?: pulumi.Input<boolean | undefined>;
  modelExperimentsAccessLevel?: pulumi.Input<string | undefined>;
  modelRegistryAccessLevel?: pulumi.Input<string | undefined>;
  monitorAccessLevel?: pulumi.Input<string | undefined>;
  mrDefaultTargetSelf?: pulumi.Input<boolean | undefined>;
  name?: pulumi.Input<string | undefined>;
  namespaceId?: pulumi.Input<number | undefined>;
  onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean | undefined>;
  onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean | undefined>;
  packageRegistryAccessLevel?: pulumi.Input<string | undefined>;
  packagesEnabled?: pulumi.Input<boolean | undefined>;
  pagesAccessLevel?: pulumi.Input<string | undefined>;
  path?: pulumi.Input<string | undefined>;
  permanentlyDeleteOnDestroy?: pulumi.Input<boolean | undefined>;
  preReceiveSecretDetectionEnabled?: pulumi.Input<boolean | undefined>;
  preventMergeWithoutJiraIssue?: pulumi.Input<boolean | undefined>;
  printingMergeRequestLinkEnabled?: pulumi.Input<boolean | undefined>;
  protectMergeRequestPipelines?: pulumi.Input<boolean | undefined>;
  /** @deprecated as in the official provider */
  publicBuilds?: pulumi.Input<boolean | undefined>;
  publicJobs?: pulumi.Input<boolean | undefined>;
  pushRules?: pulumi.Input<inputs.ProjectPushRules | undefined>;
  releasesAccessLevel?: pulumi.Input<string | undefined>;
  removeSourceBranchAfterMerge?: pulumi.Input<boolean | undefined>;
  repositoryAccessLevel?: pulumi.Input<string | undefined>;
  repositoryStorage?: pulumi.Input<string | undefined>;
  requestAccessEnabled?: pulumi.Input<boolean | undefined>;
  requirementsAccessLevel?: pulumi.Input<string | undefined>;
  resolveOutdatedDiffDiscussions?: pulumi.Input<boolean | undefined>;
  resourceGroupDefaultProcessMode?: pulumi.Input<string | undefined>;
  securityAndComplianceAccessLevel?: pulumi.Input<string | undefined>;
  sharedRunnersEnabled?: pulumi.Input<boolean | undefined>;
  skipWaitForDefaultBranchProtection?: pulumi.Input<boolean | undefined>;
  snippetsAccessLevel?: pulumi.Input<string | undefined>;
  squashCommitTemplate?: pulumi.Input<string | undefined>;
  squashOption?: pulumi.Input<string | undefined>;
  suggestionCommitMessage?: pulumi.Input<string | undefined>;
  templateName?: pulumi.Input<string | undefined>;
  templateProjectId?: pulumi.Input<number | undefined>;
  topics?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  useCustomTemplate?: pulumi.Input<boolean | undefined>;
  visibilityLevel?: pulumi.Input<string | undefined>;
  wikiAccessLevel?: pulumi.Input<string | undefined>;
}
