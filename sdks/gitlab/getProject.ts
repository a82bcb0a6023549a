// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as outputs from "./types/output.js";
import { invokeOptions } from "./utilities.js";

export function getProject(args?: GetProjectArgs, opts?: pulumi.InvokeOptions): Promise<GetProjectResult> {
  return pulumi.runtime.invoke(
    "gitlab:index/getProject:getProject",
    { id: args?.id, pathWithNamespace: args?.pathWithNamespace },
    invokeOptions(opts),
  );
}

/** The same for arguments that may still be outputs. */
export function getProjectOutput(
  args?: GetProjectOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetProjectResult> {
  return pulumi.runtime.invokeOutput(
    "gitlab:index/getProject:getProject",
    { id: args?.id, pathWithNamespace: args?.pathWithNamespace },
    invokeOptions(opts),
  );
}

export interface GetProjectResult {
  readonly allowMergeOnSkippedPipeline: boolean;
  readonly allowPipelineTriggerApproveDeployment: boolean;
  readonly analyticsAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly approvalsBeforeMerge: number;
  readonly archived: boolean;
  readonly autoCancelPendingPipelines: string;
  readonly autoDevopsDeployStrategy: string;
  readonly autoDevopsEnabled: boolean;
  readonly autoDuoCodeReviewEnabled: boolean;
  readonly autocloseReferencedIssues: boolean;
  readonly avatarUrl: string;
  readonly buildCoverageRegex: string;
  readonly buildGitStrategy: string;
  readonly buildTimeout: number;
  readonly buildsAccessLevel: string;
  readonly canCreateMergeRequestIn: boolean;
  readonly ciAllowForkPipelinesToRunInParentProject: boolean;
  readonly ciConfigPath: string;
  readonly ciDefaultGitDepth: number;
  readonly ciDeletePipelinesInSeconds: number;
  readonly ciDisplayPipelineVariables: boolean;
  readonly ciForwardDeploymentEnabled: boolean;
  readonly ciForwardDeploymentRollbackAllowed: boolean;
  readonly ciIdTokenSubClaimComponents: string[];
  readonly ciJobTokenScopeEnabled: boolean;
  readonly ciOptInJwt: boolean;
  readonly ciPipelineVariablesMinimumOverrideRole: string;
  readonly ciPushRepositoryForJobTokenAllowed: boolean;
  readonly ciRestrictPipelineCancellationRole: string;
  readonly ciSeparatedCaches: boolean;
  readonly complianceFrameworks: string[];
  readonly containerExpirationPolicies: outputs.GetProjectContainerExpirationPolicy[];
  readonly containerRegistryAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly containerRegistryEnabled: boolean;
  readonly containerRegistryImagePrefix: string;
  readonly createdAt: string;
  readonly creatorId: number;
  readonly customAttributes: { [key: string]: string }[];
  readonly defaultBranch: string;
  readonly description: string;
  readonly emailsDisabled: boolean;
  readonly emailsEnabled: boolean;
  readonly emptyRepo: boolean;
  readonly enforceAuthChecksOnUploads: boolean;
  readonly environmentsAccessLevel: string;
  readonly externalAuthorizationClassificationLabel: string;
  readonly featureFlagsAccessLevel: string;
  readonly forkedFromProjects: outputs.GetProjectForkedFromProject[];
  readonly forkingAccessLevel: string;
  readonly forksCount: number;
  readonly groupRunnersEnabled: boolean;
  readonly httpUrlToRepo: string;
  readonly id: string;
  readonly importError: string;
  readonly importStatus: string;
  readonly importType: string;
  readonly importUrl: string;
  readonly infrastructureAccessLevel: string;
  readonly issueBranchTemplate: string;
  readonly issuesAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly issuesEnabled: boolean;
  readonly issuesTemplate: string;
  /** @deprecated as in the official provider */
  readonly jobsEnabled: boolean;
  readonly keepLatestArtifact: boolean;
  readonly lastActivityAt: string;
  readonly lfsEnabled: boolean;
  readonly licenseUrl: string;
  readonly licenses: outputs.GetProjectLicense[];
  readonly links: { [key: string]: string };
  readonly markedForDeletion: boolean;
  /** @deprecated as in the official provider */
  readonly markedForDeletionAt: string;
  readonly markedForDeletionOn: string;
  readonly maxArtifactsSize: number;
  readonly mergeCommitTemplate: string;
  readonly mergeMethod: string;
  readonly mergePipelinesEnabled: boolean;
  readonly mergeRequestTitleRegex: string;
  readonly mergeRequestTitleRegexDescription: string;
  readonly mergeRequestsAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly mergeRequestsEnabled: boolean;
  readonly mergeRequestsTemplate: string;
  readonly mergeTrainsEnabled: boolean;
  readonly mergeTrainsSkipTrainAllowed: boolean;
  readonly mirror: boolean;
  readonly mirrorOverwritesDivergedBranches: boolean;
  readonly mirrorTriggerBuilds: boolean;
  readonly mirrorUserId: number;
  readonly modelExperimentsAccessLevel: string;
  readonly modelRegistryAccessLevel: string;
  readonly monitorAccessLevel: string;
  readonly mrDefaultTargetSelf: boolean;
  readonly name: string;
  readonly nameWithNamespace: string;
  /** @deprecated as in the official provider */
  readonly namespaceId: number;
  readonly namespaces: outputs.GetProjectNamespace[];
  readonly onlyAllowMergeIfAllDiscussionsAreResolved: boolean;
  readonly onlyAllowMergeIfPipelineSucceeds: boolean;
  readonly onlyMirrorProtectedBranches: boolean;
  readonly openIssuesCount: number;
  readonly operationsAccessLevel: string;
  readonly owners: outputs.GetProjectOwner[];
  readonly packageRegistryAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly packagesEnabled: boolean;
  readonly pagesAccessLevel: string;
  readonly path: string;
  readonly pathWithNamespace: string;
  readonly permissions: outputs.GetProjectPermission[];
  readonly preReceiveSecretDetectionEnabled: boolean;
  readonly preventMergeWithoutJiraIssue: boolean;
  readonly printingMergeRequestLinkEnabled: boolean;
  readonly protectMergeRequestPipelines: boolean;
  /** @deprecated as in the official provider */
  readonly publicBuilds: boolean;
  readonly publicJobs: boolean;
  readonly pushRules: outputs.GetProjectPushRule[];
  readonly readmeUrl: string;
  readonly releasesAccessLevel: string;
  readonly removeSourceBranchAfterMerge: boolean;
  readonly repositoryAccessLevel: string;
  readonly repositoryStorage: string;
  readonly requestAccessEnabled: boolean;
  readonly requirementsAccessLevel: string;
  readonly requirementsEnabled: boolean;
  readonly resolveOutdatedDiffDiscussions: boolean;
  readonly resourceGroupDefaultProcessMode: string;
  /** @deprecated as in the official provider */
  readonly restrictUserDefinedVariables: boolean;
  readonly runnerTokenExpirationInterval: number;
  readonly runnersToken: string;
  readonly securityAndComplianceAccessLevel: string;
  readonly securityAndComplianceEnabled: boolean;
  readonly serviceDeskAddress: string;
  readonly serviceDeskEnabled: boolean;
  readonly sharedRunnersEnabled: boolean;
  readonly sharedWithGroups: outputs.GetProjectSharedWithGroup[];
  readonly snippetsAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly snippetsEnabled: boolean;
  readonly squashCommitTemplate: string;
  readonly squashOption: string;
  readonly sshUrlToRepo: string;
  readonly starCount: number;
  readonly statistics: { [key: string]: number };
  readonly suggestionCommitMessage: string;
  /** @deprecated as in the official provider */
  readonly tagLists: string[];
  readonly topics: string[];
  readonly updatedAt: string;
  readonly visibility: string;
  /** @deprecated as in the official provider */
  readonly visibilityLevel: string;
  readonly webUrl: string;
  readonly wikiAccessLevel: string;
  /** @deprecated as in the official provider */
  readonly wikiEnabled: boolean;
}

export interface GetProjectArgs {
  id?: string | undefined;
  pathWithNamespace?: string | undefined;
}

export interface GetProjectOutputArgs {
  id?: pulumi.Input<string | undefined>;
  pathWithNamespace?: pulumi.Input<string | undefined>;
}
