import { ok, page, type Route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { forbidden } from "../model/problem.js";

const types = ["issue", "incident", "test_case", "task"] as const;

const filters = {
  issue_type: types,
  confidential: "boolean",
  due_date: "string",
  milestone_id: "string",
  my_reaction_emoji: "string",
  non_archived: "boolean",
  state: ["opened", "closed", "all"],
  scope: "string",
  search: "string",
  labels: "strings",
  author_id: "integer",
  author_username: "string",
  assignee_id: "id or any",
  assignee_username: "strings",
  iids: "integers",
  milestone: "string",
  order_by: "string",
  sort: ["asc", "desc"],
  in: "string",
  with_labels_details: "boolean",
  created_after: "day",
  created_before: "day",
  updated_after: "day",
  updated_before: "day",
} as const;

/**
 * Issues are switched off in every project: the list is empty, and none can be created. Clients
 * request the list before they do anything else.
 *
 * @see https://docs.gitlab.com/api/issues/
 */
export const issueRoutes: readonly Route[] = [
  projectRoute("GET", "/projects/:id/issues", { may: filters, open: true }, (call) => page(call, [], (none) => none)),
  projectRoute("GET", "/projects/:id/issues_statistics", { may: filters, open: true }, () =>
    ok({ statistics: { counts: { all: 0, closed: 0, opened: 0 } } }),
  ),
  projectRoute(
    "POST",
    "/projects/:id/issues",
    {
      needs: { title: "string" },
      may: {
        ...{ description: "content", labels: "strings", add_labels: "strings", issue_type: types },
        ...{ assignee_id: "integer", assignee_ids: "integers", milestone_id: "integer" },
        ...{ confidential: "boolean", due_date: "string", created_at: "string" },
      },
    },
    () => {
      throw forbidden();
    },
  ),
];
