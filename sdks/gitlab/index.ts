// Generated from schema.json by generate.ts: change those, not this.

export { Branch, type BranchArgs, type BranchState } from "./branch.js";
export { BranchProtection, type BranchProtectionArgs, type BranchProtectionState } from "./branchProtection.js";
export { config } from "./config.js";
export { DeployKey, type DeployKeyArgs, type DeployKeyState } from "./deployKey.js";
export { type GetCurrentUserResult, getCurrentUser, getCurrentUserOutput } from "./getCurrentUser.js";
export {
  type GetGroupArgs,
  type GetGroupOutputArgs,
  type GetGroupResult,
  getGroup,
  getGroupOutput,
} from "./getGroup.js";
export { type GetMetadataResult, getMetadata, getMetadataOutput } from "./getMetadata.js";
export {
  type GetProjectArgs,
  type GetProjectOutputArgs,
  type GetProjectResult,
  getProject,
  getProjectOutput,
} from "./getProject.js";
export { type GetUserArgs, type GetUserOutputArgs, type GetUserResult, getUser, getUserOutput } from "./getUser.js";
export { Group, type GroupArgs, type GroupState } from "./group.js";
export { GroupAccessToken, type GroupAccessTokenArgs, type GroupAccessTokenState } from "./groupAccessToken.js";
export { GroupDeployToken, type GroupDeployTokenArgs, type GroupDeployTokenState } from "./groupDeployToken.js";
export {
  PersonalAccessToken,
  type PersonalAccessTokenArgs,
  type PersonalAccessTokenState,
} from "./personalAccessToken.js";
export { PipelineSchedule, type PipelineScheduleArgs, type PipelineScheduleState } from "./pipelineSchedule.js";
export { Project, type ProjectArgs, type ProjectState } from "./project.js";
export { ProjectAccessToken, type ProjectAccessTokenArgs, type ProjectAccessTokenState } from "./projectAccessToken.js";
export {
  ProjectApprovalRule,
  type ProjectApprovalRuleArgs,
  type ProjectApprovalRuleState,
} from "./projectApprovalRule.js";
export { ProjectDeployToken, type ProjectDeployTokenArgs, type ProjectDeployTokenState } from "./projectDeployToken.js";
export { ProjectHook, type ProjectHookArgs, type ProjectHookState } from "./projectHook.js";
export {
  ProjectJobTokenScopes,
  type ProjectJobTokenScopesArgs,
  type ProjectJobTokenScopesState,
} from "./projectJobTokenScopes.js";
export {
  ProjectLevelMrApprovals,
  type ProjectLevelMrApprovalsArgs,
  type ProjectLevelMrApprovalsState,
} from "./projectLevelMrApprovals.js";
export { ProjectShareGroup, type ProjectShareGroupArgs, type ProjectShareGroupState } from "./projectShareGroup.js";
export { ProjectVariable, type ProjectVariableArgs, type ProjectVariableState } from "./projectVariable.js";
export { Provider, type ProviderArgs } from "./provider.js";
export { RepositoryFile, type RepositoryFileArgs, type RepositoryFileState } from "./repositoryFile.js";
export * as types from "./types/index.js";
