// Generated from schema.json by generate.ts: change those, not this.

export interface BranchCommit {
  authorEmail: string;
  authorName: string;
  authoredDate: string;
  committedDate: string;
  committerEmail: string;
  committerName: string;
  id: string;
  message: string;
  parentIds: string[];
  shortId: string;
  title: string;
}

export interface BranchProtectionAllowedToMerge {
  accessLevel: string;
  accessLevelDescription: string;
  groupId?: number;
  userId?: number;
}

export interface BranchProtectionAllowedToPush {
  accessLevel: string;
  accessLevelDescription: string;
  deployKeyId?: number;
  groupId?: number;
  userId?: number;
}

export interface BranchProtectionAllowedToUnprotect {
  accessLevel: string;
  accessLevelDescription: string;
  groupId?: number;
  userId?: number;
}

export interface GroupAccessTokenRotationConfiguration {
  expirationDays: number;
  rotateBeforeDays: number;
}

export interface GroupDefaultBranchProtectionDefaults {
  allowForcePush: boolean;
  allowedToMerges: string[];
  allowedToPushes: string[];
  codeOwnerApprovalRequired: boolean;
  developerCanInitialPush: boolean;
}

export interface GroupPushRules {
  authorEmailRegex: string;
  branchNameRegex: string;
  commitCommitterCheck: boolean;
  commitCommitterNameCheck: boolean;
  commitMessageNegativeRegex: string;
  commitMessageRegex: string;
  denyDeleteTag: boolean;
  fileNameRegex: string;
  maxFileSize: number;
  memberCheck: boolean;
  preventSecrets: boolean;
  rejectNonDcoCommits: boolean;
  rejectUnsignedCommits: boolean;
}

export interface PersonalAccessTokenRotationConfiguration {
  expirationDays: number;
  rotateBeforeDays: number;
}

export interface PipelineScheduleInput {
  name: string;
  value: string;
}

export interface ProjectAccessTokenRotationConfiguration {
  expirationDays: number;
  rotateBeforeDays: number;
}

export interface ProjectContainerExpirationPolicy {
  cadence: string;
  enabled: boolean;
  keepN: number;
  nameRegexDelete: string;
  nameRegexKeep: string;
  nextRunAt: string;
  olderThan: string;
}

export interface ProjectHookCustomHeader {
  key: string;
  value: string;
}

export interface ProjectHookUrlVariable {
  key: string;
  value: string;
}

export interface ProjectPushRules {
  authorEmailRegex?: string;
  branchNameRegex?: string;
  commitCommitterCheck?: boolean;
  commitCommitterNameCheck?: boolean;
  commitMessageNegativeRegex?: string;
  commitMessageRegex?: string;
  denyDeleteTag?: boolean;
  fileNameRegex?: string;
  maxFileSize?: number;
  memberCheck?: boolean;
  preventSecrets?: boolean;
  rejectNonDcoCommits?: boolean;
  rejectUnsignedCommits?: boolean;
}

export interface GetGroupDefaultBranchProtectionDefault {
  allowForcePush: boolean;
  allowedToMerges: GetGroupDefaultBranchProtectionDefaultAllowedToMerge[];
  allowedToPushes: GetGroupDefaultBranchProtectionDefaultAllowedToPush[];
  codeOwnerApprovalRequired: boolean;
  developerCanInitialPush: boolean;
}

export interface GetGroupDefaultBranchProtectionDefaultAllowedToMerge {
  accessLevel: number;
}

export interface GetGroupDefaultBranchProtectionDefaultAllowedToPush {
  accessLevel: number;
}

export interface GetGroupPushRule {
  authorEmailRegex: string;
  branchNameRegex: string;
  commitCommitterCheck: boolean;
  commitCommitterNameCheck: boolean;
  commitMessageNegativeRegex: string;
  commitMessageRegex: string;
  denyDeleteTag: boolean;
  fileNameRegex: string;
  maxFileSize: number;
  memberCheck: boolean;
  preventSecrets: boolean;
  rejectNonDcoCommits: boolean;
  rejectUnsignedCommits: boolean;
}

export interface GetGroupSharedWithGroup {
  expiresAt: string;
  groupAccessLevel: number;
  groupFullPath: string;
  groupId: number;
  groupName: string;
}

export interface GetMetadataKas {
  enabled: boolean;
  externalK8sProxyUrl: string;
  externalUrl: string;
  version: string;
}

export interface GetProjectContainerExpirationPolicy {
  cadence: string;
  enabled: boolean;
  keepN: number;
  nameRegexDelete: string;
  nameRegexKeep: string;
  nextRunAt: string;
  olderThan: string;
}

export interface GetProjectForkedFromProject {
  httpUrlToRepo: string;
  id: number;
  name: string;
  nameWithNamespace: string;
  path: string;
  pathWithNamespace: string;
  webUrl: string;
}

export interface GetProjectLicense {
  htmlUrl: string;
  key: string;
  name: string;
  nickname: string;
  sourceUrl: string;
}

export interface GetProjectNamespace {
  fullPath: string;
  id: number;
  kind: string;
  name: string;
  path: string;
}

export interface GetProjectOwner {
  avatarUrl: string;
  id: number;
  name: string;
  state: string;
  username: string;
  websiteUrl: string;
}

export interface GetProjectPermission {
  groupAccess: { [key: string]: number };
  projectAccess: { [key: string]: number };
}

export interface GetProjectPushRule {
  authorEmailRegex: string;
  branchNameRegex: string;
  commitCommitterCheck: boolean;
  commitCommitterNameCheck: boolean;
  commitMessageNegativeRegex: string;
  commitMessageRegex: string;
  denyDeleteTag: boolean;
  fileNameRegex: string;
  maxFileSize: number;
  memberCheck: boolean;
  preventSecrets: boolean;
  rejectNonDcoCommits: boolean;
  rejectUnsignedCommits: boolean;
}

export interface GetProjectSharedWithGroup {
  groupAccessLevel: number;
  groupAccessLevelName: string;
  groupFullPath: string;
  groupId: number;
  groupName: string;
}
