import { administrator, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { pathTaken } from "../model/namespaces.js";
import { isNumericId, pathErrors } from "../model/paths.js";
import { invalid, notFound, problem } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import { isWithin, sortBy } from "../model/sorting.js";
import type { User } from "../model/types/accounts.js";
import { fullUser, publicUser } from "../views/user.js";

const reading = ["api", "read_api", "read_user"];
const attributes = { email: "string", name: "string", username: "string", admin: "boolean" } as const;

const filters = {
  username: "string",
  search: "string",
  active: "boolean",
  blocked: "boolean",
  external: "boolean",
  admins: "boolean",
  humans: "boolean",
  exclude_internal: "boolean",
  without_project_bots: "boolean",
  created_after: "day",
  created_before: "day",
  order_by: ["id", "name", "username", "created_at", "updated_at"],
  sort: ["asc", "desc"],
} as const;

/** @see https://docs.gitlab.com/api/users/ */
export const userRoutes: readonly Route[] = [
  route("GET", "/users", { may: filters, scopes: reading }, (call, values) => {
    const asker = userOf(call);
    const text = values.search?.toLowerCase();
    const found = call.state.users.filter(
      (user) =>
        (!values.username || user.username.toLowerCase() === values.username.toLowerCase()) &&
        (!text || [user.username, user.name, user.email].some((field) => field.toLowerCase().includes(text))) &&
        (!values.active || user.state === "active") &&
        (!values.blocked || user.state === "blocked") &&
        // There are no external and no internal users here.
        !values.external &&
        (!values.admins || user.admin) &&
        (!(values.humans || values.without_project_bots) || !user.bot) &&
        isWithin(user.createdAt, values.created_after, values.created_before),
    );
    const key = (user: User) =>
      ({ id: user.id, name: user.name, username: user.username, created_at: user.id, updated_at: user.id })[
        values.order_by ?? "id"
      ];
    return page(call, sortBy(found, key, values.sort ?? "desc"), (user) =>
      (asker.admin ? fullUser : publicUser)(call.context, user),
    );
  }),
  route("GET", "/users/:id", { scopes: reading }, (call) => {
    const user = existing(call);
    return ok((userOf(call).admin ? fullUser : publicUser)(call.context, user));
  }),
  route(
    "POST",
    "/users",
    {
      needs: { email: "string", name: "string", username: "string" },
      may: {
        admin: "boolean",
        password: "string",
        reset_password: "boolean",
        force_random_password: "boolean",
        skip_confirmation: "boolean",
      },
    },
    (call, values) => {
      administrator(call);
      check(call, values.username, values.email);
      const user: User = {
        id: nextId(call.state, "user"),
        username: values.username,
        name: values.name,
        email: values.email,
        state: "active",
        admin: values.admin ?? false,
        bot: false,
        namespaceId: nextId(call.state, "namespace"),
        createdAt: call.now.toISOString(),
      };
      call.state.users.push(user);
      return created(fullUser(call.context, user));
    },
  ),
  route("PUT", "/users/:id", { may: attributes }, (call, values) => {
    administrator(call);
    const user = existing(call);
    check(call, values.username, values.email, user);
    Object.assign(user, values);
    return ok(fullUser(call.context, user));
  }),
  route("DELETE", "/users/:id", { may: { hard_delete: "boolean" } }, (call) => {
    administrator(call);
    const gone = existing(call);
    if (call.state.projects.some((project) => project.namespaceId === gone.namespaceId)) {
      throw problem(409, "User cannot be deleted while the personal namespace has projects");
    }
    for (const token of call.state.tokens) if (token.userId === gone.id) token.revoked = true;
    removeWhere(call.state.members, (member) => member.userId === gone.id);
    removeWhere(call.state.users, (user) => user === gone);
    return noContent();
  }),
  route("POST", "/users/:id/block", {}, (call) => setState(call, "blocked")),
  route("POST", "/users/:id/unblock", {}, (call) => setState(call, "active")),
];

function existing(call: Call): User {
  const { id = "" } = call.path;
  const user = call.state.users.find((each) => (isNumericId(id) ? each.id === Number(id) : each.username === id));
  if (!user) throw notFound("User");
  return user;
}

function setState(call: Call, state: User["state"]) {
  administrator(call);
  existing(call).state = state;
  return created(true);
}

function check(call: Call, username: string | undefined, email: string | undefined, self?: User): void {
  const others = call.state.users.filter((user) => user !== self);
  if (email && others.some((user) => user.email === email)) throw problem(409, "Email has already been taken");
  if (email && !/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid({ email: ["is invalid"] });
  if (username === undefined || username === self?.username) return;
  if (pathTaken(call.state, undefined, username)) throw problem(409, "Username has already been taken");
  const errors = pathErrors(username, "namespace");
  if (errors.length > 0) throw invalid({ username: errors });
}
