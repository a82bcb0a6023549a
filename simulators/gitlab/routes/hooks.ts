import { branchHead } from "../git/queries.js";
import { alertStatus, deliver, recordDelivery } from "../hooks.js";
import { collection, ofProject } from "../http/collection.js";
import { userOf } from "../http/lookups.js";
import { type Call, created, ok, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { isGoodHookUrl, localHooksAllowed } from "../model/hook-address.js";
import { apiError, problem } from "../model/problem.js";
import { zeroId } from "../model/protection.js";
import { nextId } from "../model/server-state.js";
import type { Hook } from "../model/types/automation.js";
import type { Project } from "../model/types/projects.js";
import { pushPayload } from "../views/push-event.js";

const base = "/projects/:id/hooks";
const hooks = collection<Hook>({
  path: base,
  part: "hook_id",
  all: ({ hooks }) => hooks,
  owned: ofProject(({ hooks }) => hooks, accessLevels.maintainer),
});
const switches = [
  "push_events",
  "tag_push_events",
  "issues_events",
  "confidential_issues_events",
  "merge_requests_events",
  "note_events",
  "confidential_note_events",
  "job_events",
  "pipeline_events",
  "wiki_page_events",
  "deployment_events",
  "releases_events",
  "emoji_events",
  "feature_flag_events",
  "milestone_events",
  "resource_access_token_events",
  "resource_deploy_token_events",
  "vulnerability_events",
  "repository_update_events",
] as const;
const attributes = {
  name: "string",
  description: "string",
  push_events_branch_filter: "string",
  branch_filter_strategy: ["wildcard", "regex", "all_branches"],
  enable_ssl_verification: "boolean",
  custom_headers: { each: { needs: { key: "string" }, may: { value: "string" } } },
  token: "string",
  ...(Object.fromEntries(switches.map((name) => [name, "boolean"])) as Record<(typeof switches)[number], "boolean">),
} as const;
const defaults = {
  ...Object.fromEntries(switches.map((name) => [name, name === "push_events"])),
  name: null,
  description: null,
  push_events_branch_filter: null,
  branch_filter_strategy: "wildcard",
  enable_ssl_verification: true,
  custom_webhook_template: null,
};

/** @see https://docs.gitlab.com/api/project_webhooks/ */
export const hookRoutes: readonly Route[] = [
  hooks.list(view),
  hooks.show(view),
  projectRoute(
    "POST",
    base,
    { level: accessLevels.maintainer, needs: { url: "string" }, may: attributes },
    (call, project, values) => {
      const { url, token, ...settings } = values;
      checkUrl(call, url);
      const hook: Hook = {
        id: nextId(call.state, "hook"),
        projectId: project.id,
        url,
        token: token || null,
        createdAt: call.now.toISOString(),
        settings: { push_events: true, ...settings },
        failures: 0,
        disabledUntil: null,
      };
      call.state.hooks.push(hook);
      return created(view(call, hook));
    },
  ),
  route("PUT", hooks.item, { may: { ...attributes, url: "string" } }, (call, values) => {
    const hook = hooks.find(call, "write");
    const { url, token, ...settings } = values;
    if (url !== undefined) checkUrl(call, url);
    Object.assign(hook.settings, settings);
    if (url !== undefined) Object.assign(hook, { url, failures: 0, disabledUntil: null });
    if (token !== undefined) hook.token = token || null;
    return ok(view(call, hook));
  }),
  hooks.remove(),
  projectRoute("POST", `${hooks.item}/test/:trigger`, { level: accessLevels.maintainer }, async (call, project) => {
    const hook = hooks.find(call, "write");
    if (!switches.includes(call.path.trigger as never)) throw apiError(400, "trigger does not have a valid value");
    const status = await test(call, project, hook).catch((error) => {
      throw problem(422, (error as Error).message);
    });
    recordDelivery(hook, status < 400, call.now);
    if (status >= 400) throw problem(422, `Hook executed successfully but returned HTTP ${status}`);
    return created({ message: "201 Created" });
  }),
];

async function test(call: Call, project: Project, hook: Hook): Promise<number> {
  const head = await branchHead(repositoryOf(call.context, project), project.defaultBranch);
  if (!head) throw new Error("Ensure the project has at least one commit.");
  const change = { ref: `refs/heads/${project.defaultBranch}`, before: zeroId, after: head };
  const payload = await pushPayload(call.context, project, userOf(call), change);
  const event = { project, trigger: "push_events", name: "Push Hook", payload };
  return deliver(hook, event, { settings: call.context.settings, url: call.context.url, state: call.state });
}

function checkUrl(call: Call, url: string): void {
  if (!isGoodHookUrl(url, localHooksAllowed(call.context.settings, call.state)))
    throw apiError(422, "Invalid url given");
}

function view(call: Call, hook: Hook): Record<string, unknown> {
  const names = (list: unknown) => ((list as { key: string }[] | undefined) ?? []).map(({ key }) => ({ key }));
  return {
    id: hook.id,
    url: hook.url,
    created_at: hook.createdAt,
    ...defaults,
    ...hook.settings,
    // Values of headers and variables are as secret as the token.
    custom_headers: names(hook.settings.custom_headers),
    url_variables: [],
    alert_status: alertStatus(hook, call.now),
    disabled_until: hook.disabledUntil,
    project_id: hook.projectId,
  };
}
