import { projectOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels, describeProtectionLevel } from "../model/access-level.js";
import { apiError, notFound, problem } from "../model/problem.js";
import { roleAccess } from "../model/protection.js";
import { removeWhere } from "../model/server-state.js";
import type { ProtectedTag } from "../model/types/protection.js";

const base = "/projects/:id/protected_tags";
const levels = [accessLevels.none, accessLevels.developer, accessLevels.maintainer];

/** @see https://docs.gitlab.com/api/protected_tags/ */
export const protectedTagRoutes: readonly Route[] = [
  route("GET", base, {}, (call) => page(call, owned(call), view)),
  route("GET", `${base}/:name`, {}, (call) => ok(view(existing(call)))),
  projectRoute(
    "POST",
    base,
    { level: accessLevels.maintainer, needs: { name: "string" }, may: { create_access_level: "integer" } },
    (call, project, values) => {
      const { name, create_access_level: level = accessLevels.maintainer } = values;
      if (!levels.some((each) => each === level))
        throw apiError(400, "create_access_level does not have a valid value");
      if (owned(call).some((rule) => rule.name === name)) throw problem(409, `Protected tag '${name}' already exists`);
      const rule = { projectId: project.id, name, create: [roleAccess(call.state, level)] };
      call.state.protectedTags.push(rule);
      return created(view(rule));
    },
  ),
  route("DELETE", `${base}/:name`, {}, (call) => {
    const gone = existing(call);
    removeWhere(call.state.protectedTags, (rule) => rule === gone);
    return noContent();
  }),
];

function owned(call: Call): ProtectedTag[] {
  const { id } = projectOf(call, accessLevels.maintainer);
  return call.state.protectedTags.filter(({ projectId }) => projectId === id);
}

function existing(call: Call): ProtectedTag {
  const found = owned(call).find(({ name }) => name === call.path.name);
  if (!found) throw notFound();
  return found;
}

function view(rule: ProtectedTag): Record<string, unknown> {
  return {
    name: rule.name,
    create_access_levels: rule.create.map(({ id, accessLevel }) => ({
      id,
      access_level: accessLevel,
      access_level_description: describeProtectionLevel(accessLevel ?? 0),
      deploy_key_id: null,
    })),
  };
}
