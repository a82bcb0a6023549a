import type { FunctionSchema, PackageSchema } from "@pulumi/gitlab/schema";
import { UserError } from "@timonier/kit/user-error";
import type { PluginFunction, Properties } from "@timonier/provider-host/plugin";
import { secret } from "@timonier/provider-host/properties";
import type { PluginConfig } from "./provider-config.js";
import { Api, fill } from "./rest-api.js";
import { fromWire, type Json, type NestedTypes, snake, zero } from "./wire.js";

/** Attributes of an answer whose name differs from the output's: the official provider puts one object into a list. */
const names: Readonly<Record<string, string>> = {
  containerExpirationPolicies: "container_expiration_policy",
  forkedFromProjects: "forked_from_project",
  licenses: "license",
  namespaces: "namespace",
  owners: "owner",
  permissions: "permissions",
  pushRules: "push_rule",
  links: "_links",
  tagLists: "tag_list",
  visibilityLevel: "visibility",
  isBot: "bot",
};

type Lookup = (api: Api, args: Properties) => Promise<Json>;

const lookups: Readonly<Record<string, Lookup>> = {
  "gitlab:index/getProject:getProject": (api, { id, pathWithNamespace }) =>
    api.get(fill("projects/{id}", { id: id ?? pathWithNamespace })),
  "gitlab:index/getGroup:getGroup": async (api, { groupId, fullPath }) => {
    const group = await api.get(fill("groups/{id}", { id: groupId ?? fullPath }), { with_projects: false });
    return { ...group, group_id: group.id };
  },
  "gitlab:index/getCurrentUser:getCurrentUser": currentUser,
  "gitlab:index/getMetadata:getMetadata": async (api) => {
    const metadata = await api.get("metadata");
    return { ...metadata, id: "1" };
  },
  "gitlab:index/getUser:getUser": user,
};

async function currentUser(api: Api): Promise<Json> {
  const me = await api.get("user");
  const spaces = await api.list("namespaces", { search: me.username });
  const own = spaces.find(({ kind, path }) => kind === "user" && path === me.username)?.id ?? me.namespace_id ?? "";
  const groups = await api.list("groups", { min_access_level: 10 });
  return {
    ...me,
    global_id: `gid://gitlab/User/${String(me.id)}`,
    namespace_id: own,
    global_namespace_id: own === "" ? "" : `gid://gitlab/Namespaces::UserNamespace/${String(own)}`,
    group_count: groups.length,
  };
}

async function user(api: Api, { userId, username, email, emailExactMatch }: Properties): Promise<Json> {
  if (userId !== undefined) return withUserId(await api.get(fill("users/{userId}", { userId })));
  const found = await api.list("users", username === undefined ? { search: email } : { username });
  const exact = emailExactMatch === true ? found.filter((candidate) => candidate.email === email) : found;
  const [one] = exact;
  if (one && exact.length === 1) return withUserId(one);
  throw new UserError(
    `${exact.length === 0 ? "no user" : `${exact.length} users`} found`,
    `getUser ${String(username ?? email)}`,
    "give userId or username",
    { code: "TIM-413" },
  );
}

const withUserId = (answer: Json): Json => ({ ...answer, user_id: answer.id });

/** Every function of the schema. */
export function functionsOf(schema: PackageSchema): Record<string, PluginFunction<PluginConfig>> {
  return Object.fromEntries(
    Object.entries(schema.functions).map(([token, described]) => [token, functionOf(token, described, schema.types)]),
  );
}

function functionOf(token: string, described: FunctionSchema, types: NestedTypes): PluginFunction<PluginConfig> {
  return async (args, context) => {
    const lookup = lookups[token];
    if (!lookup) throw new Error(`no lookup for ${token}`);
    const answer = await lookup(new Api(context.config.gitlab, context.signal), args);
    return resultOf(described, types, answer, args);
  };
}

/** A function's outputs from REST. An absent attribute is taken from the arguments, or is the zero value. */
export function resultOf(described: FunctionSchema, types: NestedTypes, answer: Json, args: Properties): Properties {
  const result: Properties = {};
  for (const [name, property] of Object.entries(described.outputs)) {
    const wire = names[name] ?? snake(name);
    const told = answer[wire] ?? answer[snake(name)];
    const listed = property.type.startsWith("array<") && told && !Array.isArray(told) ? [told] : told;
    const value = fromWire(property.type, listed, types) ?? args[name];
    const found = value ?? (described.known.includes(name) ? zero(property.type) : undefined);
    result[name] = property.secret && found ? secret(found) : found;
  }
  return result;
}
