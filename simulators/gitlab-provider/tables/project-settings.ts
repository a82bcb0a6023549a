import type { Properties } from "@timonier/provider-host/plugin";
import { levelErrors, levelName, levelNumber } from "../access-level.js";
import { createOnce } from "../create-once.js";
import type { Place, Step, Table } from "../resource-table.js";
import { type Api, fill, isRefusal } from "../rest-api.js";
import type { Json } from "../wire.js";

const projectHook: Table = {
  collection: "projects/{project}/hooks",
  item: "projects/{project}/hooks/{objectId}",
  id: ["project", "objectId"],
  names: { hookId: "id" },
  writeOnly: ["token", "signingToken", "customHeaders", "urlVariables"],
  cleared: { token: "", push_events_branch_filter: "", description: "" },
  // GitLab refuses an update without the URL.
  update: (step, body) => step.api.put(fill(projectHook.item, step.place), { url: step.inputs.url, ...body }),
  lookup: { by: "new", same: (answer, inputs) => answer.url === inputs.url },
};

const projectVariable: Table = {
  collection: "projects/{project}/variables",
  item: "projects/{project}/variables/{key}",
  id: ["project", "key", "environmentScope"],
  idDefaults: { environmentScope: "*" },
  itemQuery: ({ environmentScope }) => ({ filter: { environment_scope: environmentScope } }),
  createOnly: ["hidden"],
  replaceOn: ["hidden"],
  identity: ["project", "key", "environmentScope"],
  cleared: { description: "" },
  write: (inputs, making) => ({
    key: making ? inputs.key : undefined,
    environment_scope: making ? (inputs.environmentScope ?? "*") : undefined,
    hidden: undefined,
    ...(making && inputs.hidden === true && { masked_and_hidden: true }),
  }),
  read: (answer, known) => (answer.hidden === true ? { value: known.value } : {}),
  update: (step, body) => {
    const query = projectVariable.itemQuery?.(step.place);
    return step.api.put(fill(projectVariable.item, step.place), { value: step.inputs.value, ...body }, query);
  },
  lookup: { by: "place" },
};

const approvalRule: Table = {
  collection: "projects/{project}/approval_rules",
  item: "projects/{project}/approval_rules/{objectId}",
  id: ["project", "objectId"],
  local: ["disableImportingDefaultAnyApproverRuleOnCreate"],
  identity: ["project", "name"],
  read: (answer) => ({
    userIds: idsOf(answer.users),
    groupIds: idsOf(answer.groups),
    protectedBranchIds: idsOf(answer.protected_branches),
  }),
  create: async (step, body) => {
    const path = fill(approvalRule.collection, step.place);
    const takeOver =
      step.inputs.ruleType === "any_approver" && !step.inputs.disableImportingDefaultAnyApproverRuleOnCreate;
    try {
      return await createOnce(approvalRule, step, body);
    } catch (error) {
      // GitLab creates one rule for any approver itself, and refuses a second one.
      if (!takeOver || !isRefusal(error, 400)) throw error;
      const there = (await step.api.list(path)).find((rule) => rule.rule_type === "any_approver");
      if (!there) throw error;
      return step.api.put(`${path}/${String(there.id)}`, body);
    }
  },
  update: "PUT",
  lookup: { by: "new", same: (answer, inputs) => answer.name === inputs.name },
};

function idsOf(list: unknown): unknown[] {
  return ((list ?? []) as Json[]).map(({ id }) => id);
}

/** Defaults of a project. */
const defaultApprovals: Json = {
  disable_overriding_approvers_per_merge_request: false,
  merge_requests_author_approval: false,
  merge_requests_disable_committers_approval: false,
  require_password_to_approve: false,
  reset_approvals_on_push: true,
  selective_code_owner_removals: false,
};

const approvals: Table = {
  collection: "projects/{project}/approvals",
  item: "projects/{project}/approvals",
  id: ["project"],
  identity: ["project"],
  update: (step, body) => step.api.post(fill(approvals.item, step.place), body),
  remove: async (api, place) => {
    await api.post(fill(approvals.item, place), defaultApprovals);
  },
  // A setting, not an object: sending it twice changes nothing.
  create: (step, body) => step.api.post(fill(approvals.item, step.place), body),
  lookup: { by: "place" },
};

const shareGroup: Table = {
  collection: "projects/{project}/share",
  item: "projects/{project}/share/{groupId}",
  id: ["project", "groupId"],
  identity: ["project", "groupId"],
  replaceOn: "*",
  validate: (inputs) => levelErrors(inputs, "groupAccess"),
  write: (inputs) => ({ group_access: levelNumber(inputs.groupAccess) }),
  read: (answer) => ({
    groupId: answer.group_id,
    groupAccess: levelName(answer.group_access_level),
    ...(answer.expires_at !== null && answer.expires_at !== undefined && { expiresAt: answer.expires_at }),
  }),
  create: async (step, body) => {
    await createOnce(shareGroup, step, body);
    return (await sharedWith(step.api, step.place)) ?? {};
  },
  fetch: sharedWith,
  lookup: { by: "place" },
};

async function sharedWith(api: Api, place: Place): Promise<Json | undefined> {
  const project = await api.find(fill("projects/{project}", place));
  const groups = (project?.shared_with_groups ?? []) as Json[];
  return groups.find((group) => String(group.group_id) === place.groupId);
}

const pipelineSchedule: Table = {
  collection: "projects/{project}/pipeline_schedules",
  item: "projects/{project}/pipeline_schedules/{objectId}",
  id: ["project", "objectId"],
  names: { pipelineScheduleId: "id" },
  local: ["takeOwnership"],
  read: (answer) => ({ owner: ((answer.owner ?? {}) as Json).id }),
  update: async (step, body) => {
    const item = fill(pipelineSchedule.item, step.place);
    // Only the owner may change a schedule.
    if (step.inputs.takeOwnership === true) await step.api.post(`${item}/take_ownership`);
    return Object.keys(body).length > 0 ? step.api.put(item, body) : undefined;
  },
  lookup: { by: "new", same: (answer, inputs) => answer.description === inputs.description },
};

const jobTokenScopes: Table = {
  collection: "projects/{project}/job_token_scope",
  item: "projects/{project}/job_token_scope",
  id: ["project"],
  identity: ["project"],
  fetch: async (api, place) => {
    const scope = await api.find(fill(jobTokenScopes.item, place));
    return scope && { ...scope, ...(await allowlists(api, place)) };
  },
  read: (answer) => ({
    enabled: answer.inbound_enabled,
    targetProjectIds: answer.projects,
    targetGroupIds: answer.groups,
  }),
  create: (step) => setScopes(step),
  update: (step) => setScopes(step),
  remove: async (api, place) => {
    const now = await allowlists(api, place).catch((error) =>
      isRefusal(error, 404) ? undefined : Promise.reject(error),
    );
    if (now) await reconcile(api, place, now, { projects: [], groups: [] });
  },
  lookup: { by: "place" },
};

interface Allowlists {
  readonly projects: readonly number[];
  readonly groups: readonly number[];
}

const listPaths = { projects: "allowlist", groups: "groups_allowlist" } as const;

/** The project itself is always on its own list; it does not count as an entry. */
async function allowlists(api: Api, place: Place): Promise<Allowlists> {
  const own = (await api.get(fill("projects/{project}", place))).id;
  const list = async (path: string) =>
    (await api.list(`${fill(jobTokenScopes.item, place)}/${path}`)).map(({ id }) => id as number);
  const projects = (await list(listPaths.projects)).filter((id) => id !== own);
  return { projects, groups: await list(listPaths.groups) };
}

async function setScopes({ api, place, inputs }: Step): Promise<Json> {
  const item = fill(jobTokenScopes.item, place);
  if (inputs.enabled !== undefined) await api.patch(item, { enabled: inputs.enabled });
  const wanted = { projects: numbers(inputs.targetProjectIds), groups: numbers(inputs.targetGroupIds) };
  await reconcile(api, place, await allowlists(api, place), wanted);
  return (await jobTokenScopes.fetch?.(api, place, inputs)) ?? {};
}

async function reconcile(api: Api, place: Place, now: Allowlists, wanted: Allowlists): Promise<void> {
  for (const kind of ["projects", "groups"] as const) {
    const path = `${fill(jobTokenScopes.item, place)}/${listPaths[kind]}`;
    const target = kind === "projects" ? "target_project_id" : "target_group_id";
    for (const id of wanted[kind]) if (!now[kind].includes(id)) await api.post(path, { [target]: id });
    for (const id of now[kind]) if (!wanted[kind].includes(id)) await api.delete(`${path}/${id}`);
  }
}

function numbers(list: Properties[string]): number[] {
  return ((list ?? []) as unknown[]).map(Number);
}

/** Resources of a project besides its repository. */
export const settings: Readonly<Record<string, Table>> = {
  "gitlab:index/projectHook:ProjectHook": projectHook,
  "gitlab:index/projectVariable:ProjectVariable": projectVariable,
  "gitlab:index/projectApprovalRule:ProjectApprovalRule": approvalRule,
  "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals": approvals,
  "gitlab:index/projectShareGroup:ProjectShareGroup": shareGroup,
  "gitlab:index/pipelineSchedule:PipelineSchedule": pipelineSchedule,
  "gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes": jobTokenScopes,
};
