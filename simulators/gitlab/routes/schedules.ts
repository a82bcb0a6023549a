import { collection, ofProject } from "../http/collection.js";
import { userOf } from "../http/lookups.js";
import { type Call, created, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels } from "../model/access-level.js";
import { isCron, isTimeZone } from "../model/cron.js";
import { invalid, notFound } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { Schedule } from "../model/types/automation.js";
import { userById } from "../views/user.js";

const base = "/projects/:id/pipeline_schedules";
const { reporter, developer, maintainer } = accessLevels;
const schedules = collection<Schedule>({
  path: base,
  part: "schedule_id",
  all: ({ schedules }) => schedules,
  owned: ofProject(({ schedules }) => schedules, { read: reporter, write: developer, delete: maintainer }),
  missing: "Pipeline Schedule",
});
const may = { cron_timezone: "string", active: "boolean" } as const;
const variable = { value: "string", variable_type: ["env_var", "file"] } as const;

/** @see https://docs.gitlab.com/api/pipeline_schedules/ */
export const scheduleRoutes: readonly Route[] = [
  route("GET", base, { may: { scope: ["active", "inactive"] } }, (call, { scope }) => {
    const found = schedules
      .owned(call, "read")
      .filter(({ active }) => scope === undefined || active === (scope === "active"));
    return page(call, found, (schedule) => view(call, schedule));
  }),
  schedules.show(full),
  projectRoute(
    "POST",
    base,
    { level: developer, needs: { description: "string", ref: "string", cron: "string" }, may, ignores: ["variables"] },
    (call, project, values) => {
      checkTimes(values.cron, values.cron_timezone);
      const now = call.now.toISOString();
      const schedule: Schedule = {
        id: nextId(call.state, "schedule"),
        projectId: project.id,
        description: values.description,
        ref: fullRef(values.ref),
        cron: values.cron,
        cronTimezone: values.cron_timezone ?? "UTC",
        active: values.active ?? true,
        ownerId: userOf(call).id,
        createdAt: now,
        updatedAt: now,
        variables: [],
      };
      call.state.schedules.push(schedule);
      return created(full(call, schedule));
    },
  ),
  route(
    "PUT",
    schedules.item,
    { may: { ...may, description: "string", ref: "string", cron: "string" }, ignores: ["variables"] },
    (call, values) => {
      const schedule = schedules.find(call, "write");
      checkTimes(values.cron, values.cron_timezone);
      Object.assign(schedule, {
        description: values.description ?? schedule.description,
        ref: values.ref === undefined ? schedule.ref : fullRef(values.ref),
        cron: values.cron ?? schedule.cron,
        cronTimezone: values.cron_timezone ?? schedule.cronTimezone,
        active: values.active ?? schedule.active,
        updatedAt: call.now.toISOString(),
      });
      return ok(full(call, schedule));
    },
  ),
  schedules.remove(),
  route("POST", `${schedules.item}/take_ownership`, {}, (call) => {
    const schedule = schedules.find(call, "write");
    schedule.ownerId = userOf(call).id;
    return created(full(call, schedule));
  }),
  route(
    "POST",
    `${schedules.item}/variables`,
    { needs: { key: "string", value: "string" }, may: { variable_type: ["env_var", "file"] } },
    (call, values) => {
      const schedule = schedules.find(call, "write");
      if (schedule.variables.some(({ key }) => key === values.key)) throw invalid({ key: ["has already been taken"] });
      const made = { key: values.key, value: values.value, variable_type: values.variable_type ?? "env_var" };
      schedule.variables.push(made);
      return created(made);
    },
  ),
  route("PUT", `${schedules.item}/variables/:key`, { may: variable }, (call, values) => {
    const found = variableOf(call);
    return ok(Object.assign(found, values));
  }),
  route("DELETE", `${schedules.item}/variables/:key`, {}, (call) => {
    const gone = variableOf(call);
    removeWhere(schedules.find(call, "write").variables, (each) => each === gone);
    return { status: 202, body: gone };
  }),
];

function variableOf(call: Call) {
  const found = schedules.find(call, "write").variables.find(({ key }) => key === call.path.key);
  if (!found) throw notFound("Pipeline Schedule Variable");
  return found;
}

const fullRef = (ref: string) => (ref.startsWith("refs/") ? ref : `refs/heads/${ref}`);

function checkTimes(cron: string | undefined, zone: string | undefined): void {
  if (cron !== undefined && !isCron(cron)) throw invalid({ cron: ["syntax is invalid"] });
  if (zone !== undefined && !isTimeZone(zone)) throw invalid({ cron_timezone: ["syntax is invalid"] });
}

function view(call: Call, schedule: Schedule): Record<string, unknown> {
  return {
    id: schedule.id,
    description: schedule.description,
    ref: schedule.ref,
    cron: schedule.cron,
    cron_timezone: schedule.cronTimezone,
    next_run_at: null,
    active: schedule.active,
    created_at: schedule.createdAt,
    updated_at: schedule.updatedAt,
    owner: userById(call.context, schedule.ownerId),
  };
}

function full(call: Call, schedule: Schedule): Record<string, unknown> {
  return { ...view(call, schedule), last_pipeline: null, variables: schedule.variables, inputs: [] };
}
