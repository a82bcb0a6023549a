import { collection, ofProject } from "../http/collection.js";
import { type Call, created, type Route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels, describeProtectionLevel } from "../model/access-level.js";
import { apiError, problem } from "../model/problem.js";
import { roleAccess } from "../model/protection.js";
import type { ProtectedTag } from "../model/types/protection.js";

const base = "/projects/:id/protected_tags";
const tags = collection<ProtectedTag>({
  path: base,
  part: "name",
  all: ({ protectedTags }) => protectedTags,
  owned: ofProject(({ protectedTags }) => protectedTags, accessLevels.maintainer),
  key: ({ name }) => name,
});
const levels = [accessLevels.none, accessLevels.developer, accessLevels.maintainer];

/** @see https://docs.gitlab.com/api/protected_tags/ */
export const protectedTagRoutes: readonly Route[] = [
  tags.list(view),
  tags.show(view),
  projectRoute(
    "POST",
    base,
    { level: accessLevels.maintainer, needs: { name: "string" }, may: { create_access_level: "integer" } },
    (call, project, values) => {
      const { name, create_access_level: level = accessLevels.maintainer } = values;
      if (!levels.some((each) => each === level))
        throw apiError(400, "create_access_level does not have a valid value");
      if (tags.owned(call, "read").some((rule) => rule.name === name))
        throw problem(409, `Protected tag '${name}' already exists`);
      const rule = { projectId: project.id, name, create: [roleAccess(call.state, level)] };
      call.state.protectedTags.push(rule);
      return created(view(call, rule));
    },
  ),
  tags.remove(),
];

function view(_call: Call, rule: ProtectedTag): Record<string, unknown> {
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
