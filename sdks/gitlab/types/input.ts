// Generated from schema.json by generate.ts: change those, not this.

import type * as pulumi from "@pulumi/pulumi";

export interface BranchCommit {
  authorEmail?: pulumi.Input<string | undefined>;
  authorName?: pulumi.Input<string | undefined>;
  authoredDate?: pulumi.Input<string | undefined>;
  committedDate?: pulumi.Input<string | undefined>;
  committerEmail?: pulumi.Input<string | undefined>;
  committerName?: pulumi.Input<string | undefined>;
  id?: pulumi.Input<string | undefined>;
  message?: pulumi.Input<string | undefined>;
  parentIds?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  shortId?: pulumi.Input<string | undefined>;
  title?: pulumi.Input<string | undefined>;
}

export interface BranchProtectionAllowedToMerge {
  accessLevel?: pulumi.Input<string | undefined>;
  accessLevelDescription?: pulumi.Input<string | undefined>;
  groupId?: pulumi.Input<number | undefined>;
  userId?: pulumi.Input<number | undefined>;
}

export interface BranchProtectionAllowedToPush {
  accessLevel?: pulumi.Input<string | undefined>;
  accessLevelDescription?: pulumi.Input<string | undefined>;
  deployKeyId?: pulumi.Input<number | undefined>;
  groupId?: pulumi.Input<number | undefined>;
  userId?: pulumi.Input<number | undefined>;
}

export interface BranchProtectionAllowedToUnprotect {
  accessLevel?: pulumi.Input<string | undefined>;
  accessLevelDescription?: pulumi.Input<string | undefined>;
  groupId?: pulumi.Input<number | undefined>;
  userId?: pulumi.Input<number | undefined>;
}

export interface GroupAccessTokenRotationConfiguration {
  expirationDays: pulumi.Input<number>;
  rotateBeforeDays: pulumi.Input<number>;
}

export interface GroupDefaultBranchProtectionDefaults {
  allowForcePush?: pulumi.Input<boolean | undefined>;
  allowedToMerges?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  allowedToPushes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  codeOwnerApprovalRequired?: pulumi.Input<boolean | undefined>;
  developerCanInitialPush?: pulumi.Input<boolean | undefined>;
}

export interface GroupPushRules {
  authorEmailRegex?: pulumi.Input<string | undefined>;
  branchNameRegex?: pulumi.Input<string | undefined>;
  commitCommitterCheck?: pulumi.Input<boolean | undefined>;
  commitCommitterNameCheck?: pulumi.Input<boolean | undefined>;
  commitMessageNegativeRegex?: pulumi.Input<string | undefined>;
  commitMessageRegex?: pulumi.Input<string | undefined>;
  denyDeleteTag?: pulumi.Input<boolean | undefined>;
  fileNameRegex?: pulumi.Input<string | undefined>;
  maxFileSize?: pulumi.Input<number | undefined>;
  memberCheck?: pulumi.Input<boolean | undefined>;
  preventSecrets?: pulumi.Input<boolean | undefined>;
  rejectNonDcoCommits?: pulumi.Input<boolean | undefined>;
  rejectUnsignedCommits?: pulumi.Input<boolean | undefined>;
}

export interface PersonalAccessTokenRotationConfiguration {
  expirationDays: pulumi.Input<number>;
  rotateBeforeDays: pulumi.Input<number>;
}

export interface PipelineScheduleInput {
  name: pulumi.Input<string>;
  value: pulumi.Input<string>;
}

export interface ProjectAccessTokenRotationConfiguration {
  expirationDays: pulumi.Input<number>;
  rotateBeforeDays: pulumi.Input<number>;
}

export interface ProjectContainerExpirationPolicy {
  cadence?: pulumi.Input<string | undefined>;
  enabled?: pulumi.Input<boolean | undefined>;
  keepN?: pulumi.Input<number | undefined>;
  nameRegexDelete?: pulumi.Input<string | undefined>;
  nameRegexKeep?: pulumi.Input<string | undefined>;
  nextRunAt?: pulumi.Input<string | undefined>;
  olderThan?: pulumi.Input<string | undefined>;
}

export interface ProjectHookCustomHeader {
  key: pulumi.Input<string>;
  value: pulumi.Input<string>;
}

export interface ProjectHookUrlVariable {
  key: pulumi.Input<string>;
  value: pulumi.Input<string>;
}

export interface ProjectPushRules {
  authorEmailRegex?: pulumi.Input<string | undefined>;
  branchNameRegex?: pulumi.Input<string | undefined>;
  commitCommitterCheck?: pulumi.Input<boolean | undefined>;
  commitCommitterNameCheck?: pulumi.Input<boolean | undefined>;
  commitMessageNegativeRegex?: pulumi.Input<string | undefined>;
  commitMessageRegex?: pulumi.Input<string | undefined>;
  denyDeleteTag?: pulumi.Input<boolean | undefined>;
  fileNameRegex?: pulumi.Input<string | undefined>;
  maxFileSize?: pulumi.Input<number | undefined>;
  memberCheck?: pulumi.Input<boolean | undefined>;
  preventSecrets?: pulumi.Input<boolean | undefined>;
  rejectNonDcoCommits?: pulumi.Input<boolean | undefined>;
  rejectUnsignedCommits?: pulumi.Input<boolean | undefined>;
}
