import { groupOf, projectOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { accessLevels, memberLevels } from "../model/access-level.js";
import { groupLevel, inheritedMembers, projectLevel, projectMembers } from "../model/membership.js";
import { isLocked, namespaceById } from "../model/namespaces.js";
import { apiError, forbidden, notFound, problem } from "../model/problem.js";
import { removeWhere } from "../model/server-state.js";
import type { Member } from "../model/types/projects.js";
import { basicUser, memberView } from "../views/user.js";

type Source = "project" | "group";

const filters = { query: "string", user_ids: "integers" } as const;

/** @see https://docs.gitlab.com/api/projects/#list-users */
const users = route(
  "GET",
  "/projects/:id/users",
  // Ansible's modules ask by the name and look for it in the whole list.
  { may: { search: "string", skip_users: "integers" }, ignores: ["username"], open: true },
  (call, values) => {
    const ids = highest(all(call, "project")).map(({ userId }) => userId);
    const text = values.search?.toLowerCase() ?? "";
    const found = call.state.users.filter(
      (user) =>
        ids.includes(user.id) &&
        !values.skip_users?.includes(user.id) &&
        `${user.name} ${user.username}`.toLowerCase().includes(text),
    );
    return page(call, found, (user) => basicUser(call.context, user));
  },
);

/** @see https://docs.gitlab.com/api/members/ */
export const memberRoutes: readonly Route[] = [
  users,
  ...(["project", "group"] as const).flatMap((source) => [...readingRoutes(source), ...changingRoutes(source)]),
];

function readingRoutes(source: Source): Route[] {
  const base = `/${source}s/:id/members`;
  const view = (call: Call) => (member: Member) => memberView(call.context, member);
  return [
    route("GET", base, { may: filters }, (call, values) => {
      const id = idOf(call, source);
      const own = all(call, source).filter((member) => member.source === source && member.sourceId === id);
      return page(call, search(call, own, values), view(call));
    }),
    route("GET", `${base}/all`, { may: filters }, (call, values) =>
      page(call, search(call, highest(all(call, source)), values), view(call)),
    ),
    route("GET", `${base}/:user_id`, {}, (call) => ok(memberView(call.context, own(call, source)))),
    route("GET", `${base}/all/:user_id`, {}, (call) => {
      const found = highest(all(call, source)).find((member) => String(member.userId) === call.path.user_id);
      if (!found) throw notFound();
      return ok(memberView(call.context, found));
    }),
  ];
}

function changingRoutes(source: Source): Route[] {
  const base = `/${source}s/:id/members`;
  const level = { access_level: "integer" } as const;
  const may = { user_id: "string", username: "string", expires_at: "day" } as const;
  return [
    route("POST", base, { needs: level, may }, (call, values) =>
      created(memberView(call.context, add(call, source, values))),
    ),
    route("PUT", `${base}/:user_id`, { needs: level, may: { expires_at: "day" } }, (call, values) => {
      manage(call, source);
      checkLevel(call, source, values.access_level);
      const member = own(call, source);
      member.accessLevel = values.access_level;
      if (values.expires_at !== undefined) member.expiresAt = values.expires_at;
      return ok(memberView(call.context, member));
    }),
    route("DELETE", `${base}/:user_id`, {}, (call) => {
      if (call.path.user_id !== String(userOf(call).id)) manage(call, source);
      const gone = own(call, source);
      removeWhere(call.state.members, (member) => member === gone);
      return noContent();
    }),
  ];
}

/** Whether the project's group forbids members of single projects. */
function isMembershipLocked(call: Call): boolean {
  const namespace = namespaceById(call.state, projectOf(call).namespaceId);
  return namespace?.kind === "group" && isLocked(call.state, namespace.group, "membership_lock");
}

interface NewMember {
  readonly access_level: number;
  readonly user_id?: string;
  readonly username?: string;
  readonly expires_at?: string;
}

function add(call: Call, source: Source, values: NewMember): Member {
  const sourceId = manage(call, source);
  if (source === "project" && isMembershipLocked(call)) throw forbidden();
  if (!values.user_id && !values.username)
    throw apiError(400, "user_id, username are missing, exactly one parameter must be provided");
  const user = call.state.users.find(
    ({ id, username }) => String(id) === values.user_id || username === values.username,
  );
  if (!user) throw notFound("User");
  checkLevel(call, source, values.access_level);
  const known = call.state.members.some(
    (member) => member.source === source && member.sourceId === sourceId && member.userId === user.id,
  );
  if (known) throw problem(409, "Member already exists");
  const member: Member = {
    source,
    sourceId,
    userId: user.id,
    accessLevel: values.access_level,
    expiresAt: values.expires_at ?? null,
    createdAt: call.now.toISOString(),
    createdBy: userOf(call).id,
  };
  call.state.members.push(member);
  return member;
}

function idOf(call: Call, source: Source, level: number = accessLevels.none): number {
  return (source === "project" ? projectOf(call, level) : groupOf(call, level)).id;
}

function all(call: Call, source: Source): Member[] {
  return source === "project"
    ? projectMembers(call.state, projectOf(call))
    : inheritedMembers(call.state, groupOf(call));
}

function own(call: Call, source: Source): Member {
  const id = idOf(call, source);
  const found = call.state.members.find(
    (member) => member.source === source && member.sourceId === id && String(member.userId) === call.path.user_id,
  );
  if (!found) throw notFound();
  return found;
}

/** Maintainers manage a project's members, owners a group's. */
function manage(call: Call, source: Source): number {
  return idOf(call, source, source === "project" ? accessLevels.maintainer : accessLevels.owner);
}

/** @throws Problem for a role that is unknown, or higher than the caller's own */
function checkLevel(call: Call, source: Source, level: number): void {
  if (!memberLevels.includes(level)) throw apiError(400, "access_level does not have a valid value");
  const user = userOf(call);
  const mine =
    source === "project"
      ? projectLevel(call.state, user, projectOf(call))
      : groupLevel(call.state, user, groupOf(call));
  if (level > mine) throw forbidden();
}

function highest(members: readonly Member[]): Member[] {
  const best = new Map<number, Member>();
  for (const member of members) {
    const known = best.get(member.userId);
    if (!known || known.accessLevel < member.accessLevel) best.set(member.userId, member);
  }
  return [...best.values()];
}

function search(call: Call, members: readonly Member[], values: { query?: string; user_ids?: number[] }): Member[] {
  return members.filter((member) => {
    if (values.user_ids && !values.user_ids.includes(member.userId)) return false;
    const user = call.state.users.find(({ id }) => id === member.userId);
    return !values.query || `${user?.name} ${user?.username}`.toLowerCase().includes(values.query.toLowerCase());
  });
}
