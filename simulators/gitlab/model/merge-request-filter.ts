import { isDraft } from "./draft.js";
import type { Values } from "./params.js";
import type { State } from "./server-state.js";
import { isWithin, sortBy } from "./sorting.js";
import type { MergeRequest } from "./types/merge-requests.js";

/** Filters that `not` negates. */
const negatable = {
  labels: "strings",
  milestone: "string",
  author_id: "integer",
  author_username: "string",
  assignee_id: "id or any",
  assignee_username: "strings",
  reviewer_id: "id or any",
  reviewer_username: "string",
  my_reaction_emoji: "string",
} as const;

/** Parameters of every list of merge requests. @see https://docs.gitlab.com/api/merge_requests/#list-merge-requests */
export const mergeRequestFilters = {
  ...negatable,
  approved: ["yes", "no"],
  approved_by_ids: "ids or any",
  approved_by_usernames: "strings",
  created_after: "day",
  created_before: "day",
  deployed_after: "day",
  deployed_before: "day",
  draft: "boolean",
  environment: "string",
  in: "strings",
  merge_user_id: "integer",
  merge_user_username: "string",
  not: { needs: {}, may: negatable },
  order_by: [
    "created_at",
    "updated_at",
    "title",
    "merged_at",
    "label_priority",
    "milestone_due",
    "popularity",
    "priority",
  ],
  scope: ["created_by_me", "created-by-me", "assigned_to_me", "assigned-to-me", "reviews_for_me", "all"],
  search: "string",
  sort: ["asc", "desc"],
  source_branch: "string",
  source_project_id: "integer",
  state: ["opened", "closed", "merged", "locked", "all"],
  target_branch: "string",
  updated_after: "day",
  updated_before: "day",
  view: ["simple"],
  wip: ["yes", "no"],
  with_labels_details: "boolean",
  // Every answer is fresh here.
  with_merge_status_recheck: "boolean",
} as const;

/** Filters as read. */
export type MergeRequestFilters = Values<Record<never, never>, typeof mergeRequestFilters>;
type Negated = Values<Record<never, never>, typeof negatable>;

/** Who asks: scopes are relative to them. */
export interface Asker {
  readonly id: number | undefined;
}

/** The merge requests that fit every filter, in the order asked for. */
export function filterMergeRequests(
  state: State,
  from: readonly MergeRequest[],
  filters: MergeRequestFilters,
  asker: Asker,
): MergeRequest[] {
  const { not } = filters;
  const found = from.filter(
    (request) =>
      fitsScope(request, filters.scope, asker) &&
      fitsText(request, filters) &&
      fitsTimes(request, filters) &&
      fitsApprovals(state, request, filters) &&
      conditions(state, request, filters).every(Boolean) &&
      !(not && conditions(state, request, not, true).some(Boolean)) &&
      (!filters.state || filters.state === "all" || request.state === filters.state) &&
      (!filters.source_branch || request.sourceBranch === filters.source_branch) &&
      (!filters.target_branch || request.targetBranch === filters.target_branch) &&
      (filters.source_project_id === undefined || request.projectId === filters.source_project_id) &&
      (filters.draft === undefined || isDraft(request.title) === filters.draft) &&
      (filters.wip === undefined || isDraft(request.title) === (filters.wip === "yes")),
  );
  return sorted(found, filters);
}

/** One verdict for each filter that was given; in `not` one for each label. */
function conditions(state: State, request: MergeRequest, filters: Negated, negated = false): boolean[] {
  const idOf = (username: string) => state.users.find((user) => user.username === username)?.id ?? 0;
  const list: boolean[] = [];
  const add = <T>(value: T | undefined, fits: (value: T) => boolean) => {
    if (value !== undefined && value !== "") list.push(fits(value));
  };
  const oneOf = (ids: readonly number[]) => (wanted: number | "None" | "Any") =>
    typeof wanted === "number" ? ids.includes(wanted) : (wanted === "None") === (ids.length === 0);
  const labels = filters.labels ?? [];
  const [only = ""] = labels;
  if (labels.length === 1 && /^(none|any)$/i.test(only)) {
    list.push((only.toLowerCase() === "none") === (request.labels.length === 0));
  } else if (labels.length > 0) {
    const has = (label: string) => request.labels.includes(label);
    list.push(negated ? labels.some(has) : labels.every(has));
  }
  // There are no milestones and no reactions: none of them fits any name.
  add(filters.milestone, (name) => /^none$/i.test(name));
  add(filters.my_reaction_emoji, (name) => /^none$/i.test(name));
  add(filters.author_id, (id) => request.authorId === id);
  add(filters.author_username, (name) => request.authorId === idOf(name));
  add(filters.assignee_id, oneOf(request.assigneeIds));
  add(filters.assignee_username, (names) => names.every((name) => request.assigneeIds.includes(idOf(name))));
  add(filters.reviewer_id, oneOf(request.reviewerIds));
  add(filters.reviewer_username, (name) => request.reviewerIds.includes(idOf(name)));
  return list;
}

function fitsScope(request: MergeRequest, scope: string | undefined, { id = 0 }: Asker): boolean {
  if (scope === "created_by_me" || scope === "created-by-me") return request.authorId === id;
  if (scope === "assigned_to_me" || scope === "assigned-to-me") return request.assigneeIds.includes(id);
  return scope !== "reviews_for_me" || request.reviewerIds.includes(id);
}

function fitsText(
  request: MergeRequest,
  { search, in: where = ["title", "description"] }: MergeRequestFilters,
): boolean {
  if (!search) return true;
  const text = [
    where.includes("title") ? request.title : "",
    where.includes("description") ? (request.description ?? "") : "",
  ];
  return text.join("\n").toLowerCase().includes(search.toLowerCase());
}

function fitsTimes(request: MergeRequest, filters: MergeRequestFilters): boolean {
  // Nothing is deployed here.
  if (filters.environment || filters.deployed_after || filters.deployed_before) return false;
  return (
    isWithin(request.createdAt, filters.created_after, filters.created_before) &&
    isWithin(request.updatedAt, filters.updated_after, filters.updated_before)
  );
}

function fitsApprovals(state: State, request: MergeRequest, filters: MergeRequestFilters): boolean {
  const by = request.approvedBy.map(({ userId }) => userId);
  const ids = filters.approved_by_ids;
  const names = filters.approved_by_usernames;
  const idOf = (username: string | undefined) => state.users.find((user) => user.username === username)?.id ?? 0;
  if (filters.approved && (filters.approved === "yes") !== by.length > 0) return false;
  if (ids === "None" || ids === "Any") return (ids === "Any") === by.length > 0;
  if (ids && !ids.every((id) => by.includes(id))) return false;
  if (names && !names.every((name) => by.includes(idOf(name)))) return false;
  if (filters.merge_user_id !== undefined && request.mergedBy !== filters.merge_user_id) return false;
  return filters.merge_user_username === undefined || request.mergedBy === idOf(filters.merge_user_username);
}

/** Labels have no priority, and there are no milestones or votes: those orders leave the order of creation. */
function sorted(
  list: MergeRequest[],
  { order_by: by = "created_at", sort = "desc" }: MergeRequestFilters,
): MergeRequest[] {
  const keys = { title: "title", updated_at: "updatedAt", merged_at: "mergedAt", created_at: "createdAt" } as const;
  const key = (request: MergeRequest) => request[keys[by as keyof typeof keys] ?? "createdAt"] ?? "";
  return sortBy(list, key, sort);
}
