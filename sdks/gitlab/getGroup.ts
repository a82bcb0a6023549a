// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as outputs from "./types/output.js";
import { invokeOptions } from "./utilities.js";

export function getGroup(args?: GetGroupArgs, opts?: pulumi.InvokeOptions): Promise<GetGroupResult> {
  return pulumi.runtime.invoke(
    "gitlab:index/getGroup:getGroup",
    { fullPath: args?.fullPath, groupId: args?.groupId },
    invokeOptions(opts),
  );
}

/** The same for arguments that may still be outputs. */
export function getGroupOutput(
  args?: GetGroupOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetGroupResult> {
  return pulumi.runtime.invokeOutput(
    "gitlab:index/getGroup:getGroup",
    { fullPath: args?.fullPath, groupId: args?.groupId },
    invokeOptions(opts),
  );
}

export interface GetGroupResult {
  readonly allowMergeOnSkippedPipeline: boolean;
  readonly allowedEmailDomainsList: string;
  readonly archived: boolean;
  readonly autoDevopsEnabled: boolean;
  readonly avatarUrl: string;
  readonly createdAt: string;
  readonly customAttributes: { [key: string]: string }[];
  readonly defaultBranch: string;
  /** @deprecated as in the official provider */
  readonly defaultBranchProtection: number;
  readonly defaultBranchProtectionDefaults: outputs.GetGroupDefaultBranchProtectionDefault[];
  readonly description: string;
  readonly duoAvailability: string;
  readonly duoFeaturesEnabled: boolean;
  /** @deprecated as in the official provider */
  readonly emailsDisabled: boolean;
  readonly emailsEnabled: boolean;
  readonly enabledGitAccessProtocol: string;
  readonly experimentFeaturesEnabled: boolean;
  readonly extraSharedRunnersMinutesLimit: number;
  readonly fileTemplateProjectId: number;
  readonly fullName: string;
  readonly fullPath: string;
  readonly groupId: number;
  readonly id: string;
  readonly ipRestrictionRanges: string;
  readonly ldapAccess: number;
  readonly ldapCn: string;
  readonly lfsEnabled: boolean;
  readonly lockDuoFeaturesEnabled: boolean;
  readonly lockMathRenderingLimitsEnabled: boolean;
  readonly markedForDeletionOn: string;
  readonly mathRenderingLimitsEnabled: boolean;
  readonly maxArtifactsSize: number;
  readonly membershipLock: boolean;
  readonly mentionsDisabled: boolean;
  readonly name: string;
  readonly onlyAllowMergeIfAllDiscussionsAreResolved: boolean;
  readonly onlyAllowMergeIfPipelineSucceeds: boolean;
  readonly organizationId: number;
  readonly parentId: number;
  readonly path: string;
  readonly preventForkingOutsideGroup: boolean;
  readonly preventSharingGroupsOutsideHierarchy: boolean;
  readonly projectCreationLevel: string;
  readonly pushRules: outputs.GetGroupPushRule[];
  readonly repositoryStorage: string;
  readonly requestAccessEnabled: boolean;
  readonly requireTwoFactorAuthentication: boolean;
  readonly runnersToken: string;
  readonly shareWithGroupLock: boolean;
  readonly sharedRunnersMinutesLimit: number;
  readonly sharedRunnersSetting: string;
  readonly sharedWithGroups: outputs.GetGroupSharedWithGroup[];
  readonly statistics: { [key: string]: number };
  readonly subgroupCreationLevel: string;
  readonly twoFactorGracePeriod: number;
  readonly visibilityLevel: string;
  readonly webUrl: string;
  readonly wikiAccessLevel: string;
}

export interface GetGroupArgs {
  fullPath?: string | undefined;
  groupId?: number | undefined;
}

export interface GetGroupOutputArgs {
  fullPath?: pulumi.Input<string | undefined>;
  groupId?: pulumi.Input<number | undefined>;
}
