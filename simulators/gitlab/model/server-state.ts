import type * as types from "./types.js";

/** Everything that the server knows besides the Git repositories. */
export interface State {
  readonly version: 1;
  /** Last number given, for each kind of object. */
  readonly sequence: Record<string, number>;
  readonly users: types.User[];
  readonly tokens: types.AccessToken[];
  readonly groups: types.Group[];
  readonly members: types.Member[];
  readonly shares: types.Share[];
  readonly projects: types.Project[];
  readonly protectedBranches: types.ProtectedBranch[];
  readonly protectedTags: types.ProtectedTag[];
  readonly mergeRequests: types.MergeRequest[];
  readonly notes: types.Note[];
  readonly deployTokens: types.DeployToken[];
  readonly deployKeys: types.DeployKey[];
  readonly hooks: types.Hook[];
  readonly variables: types.Variable[];
  readonly schedules: types.Schedule[];
  readonly approvalRules: types.ApprovalRule[];
  readonly commitStatuses: types.CommitStatus[];
  readonly pipelines: types.Pipeline[];
  readonly labels: types.Label[];
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

/** Next number of a kind of object; numbers are never given twice, not even after a deletion. */
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
