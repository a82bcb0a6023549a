import type { AccessToken, DeployKey, DeployToken, User } from "./types/accounts.js";
import type { CommitStatus, Hook, Pipeline, Schedule, Variable } from "./types/automation.js";
import type { MergeRequest, Note } from "./types/merge-requests.js";
import type { Group, Label, Member, Project, Share } from "./types/projects.js";
import type { ApprovalRule, ProtectedBranch, ProtectedTag } from "./types/protection.js";

/** Everything that the server knows besides the Git repositories. */
export interface State {
  readonly version: 1;
  /** Last number given, for each kind of object. */
  readonly sequence: Record<string, number>;
  readonly users: User[];
  readonly tokens: AccessToken[];
  readonly groups: Group[];
  readonly members: Member[];
  readonly shares: Share[];
  readonly projects: Project[];
  readonly protectedBranches: ProtectedBranch[];
  readonly protectedTags: ProtectedTag[];
  readonly mergeRequests: MergeRequest[];
  readonly notes: Note[];
  readonly deployTokens: DeployToken[];
  readonly deployKeys: DeployKey[];
  readonly hooks: Hook[];
  readonly variables: Variable[];
  readonly schedules: Schedule[];
  readonly approvalRules: ApprovalRule[];
  readonly commitStatuses: CommitStatus[];
  readonly pipelines: Pipeline[];
  readonly labels: Label[];
  /** Instance-wide settings that the administrator changed. */
  readonly application: Record<string, unknown>;
  /** Repositories of deleted projects that are still to be removed from disk. */
  readonly purge: string[];
}

/** The state of a server that has never run. */
export function emptyState(): State {
  return {
    version: 1,
    sequence: {},
    users: [],
    tokens: [],
    groups: [],
    members: [],
    shares: [],
    projects: [],
    protectedBranches: [],
    protectedTags: [],
    mergeRequests: [],
    notes: [],
    deployTokens: [],
    deployKeys: [],
    hooks: [],
    variables: [],
    schedules: [],
    approvalRules: [],
    commitStatuses: [],
    pipelines: [],
    labels: [],
    application: {},
    purge: [],
  };
}

/** Next number of a kind of object; numbers are never reused. */
export function nextId(state: State, kind: string): number {
  const next = (state.sequence[kind] ?? 0) + 1;
  state.sequence[kind] = next;
  return next;
}

/** Removes every element that fits from a collection, in place. @returns how many went */
export function removeWhere<T>(list: T[], fits: (element: T) => boolean): number {
  const kept = list.filter((element) => !fits(element));
  const gone = list.length - kept.length;
  if (gone > 0) list.splice(0, list.length, ...kept);
  return gone;
}
