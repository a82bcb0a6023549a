import { userOf } from "../http/lookups.js";
import { type Call, ok, page, type Route, route } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { canSeeGroup, groupLevel } from "../model/membership.js";
import { findNamespace, type Namespace, namespaceById, pathTaken } from "../model/namespaces.js";
import { notFound } from "../model/problem.js";
import { namespaceView } from "../views/project.js";

const filters = { search: "string", owned_only: "boolean", top_level_only: "boolean" } as const;

/** @see https://docs.gitlab.com/api/namespaces/ */
export const namespaceRoutes: readonly Route[] = [
  route("GET", "/namespaces", { may: filters }, (call, { search, owned_only, top_level_only }) => {
    const user = userOf(call);
    const own: Namespace = { kind: "user", id: user.namespaceId, user };
    const groups = call.state.groups.filter(
      (group) =>
        canSeeGroup(call.state, user, group) &&
        (!owned_only || groupLevel(call.state, user, group) >= accessLevels.owner) &&
        (!top_level_only || group.parentId === null),
    );
    const all: Namespace[] = [own, ...groups.map((group) => ({ kind: "group" as const, id: group.id, group }))];
    const views = all.map((namespace) => namespaceView(call.context, namespace));
    return page(
      call,
      views.filter((each) => !search || String(each?.full_path).includes(search)),
      (each) => each,
    );
  }),
  route("GET", "/namespaces/:id", {}, (call) => {
    const namespace = findNamespace(call.state, call.path.id ?? "");
    const visible =
      namespace &&
      (namespace.kind === "user"
        ? namespace.user === userOf(call) || userOf(call).admin
        : canSeeGroup(call.state, userOf(call), namespace.group));
    if (!namespace || !visible) throw notFound("Namespace");
    return ok({ ...namespaceView(call.context, namespace), ...plan(call, namespace) });
  }),
  route("GET", "/namespaces/:id/exists", { may: { parent_id: "integer" } }, (call, values) => {
    userOf(call);
    const parent = values.parent_id === undefined ? undefined : namespaceById(call.state, values.parent_id);
    const { id = "" } = call.path;
    const exists = pathTaken(call.state, parent, id);
    return ok({ exists, suggests: exists ? [`${id}1`] : [] });
  }),
];

/** The plan of a namespace, for its owners only. Only gitlab.com has plans. */
function plan(call: Call, namespace: Namespace): { readonly plan?: string } {
  const user = userOf(call);
  const owns = namespace.kind === "user" || groupLevel(call.state, user, namespace.group) >= accessLevels.owner;
  if (!owns) return {};
  return { plan: call.context.settings.flavour === "gitlab.com" ? call.context.settings.tier : "default" };
}
