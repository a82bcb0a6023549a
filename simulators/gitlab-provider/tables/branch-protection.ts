import { UserError } from "@timonier/kit/user-error";
import { ResourceIncomplete } from "@timonier/provider-host/plugin";
import { levelErrors, levelName, levelNumber } from "../access-level.js";
import { createOnce } from "../create-once.js";
import type { Step, Table } from "../resource-table.js";
import { fill, isRefusal } from "../rest-api.js";
import { covers, type Json, snake } from "../wire.js";

interface Access {
  readonly id?: number;
  readonly access_level?: number | null;
  readonly access_level_description?: string;
  readonly user_id?: number | null;
  readonly group_id?: number | null;
  readonly deploy_key_id?: number | null;
}

/** Lists of users, groups and deploy keys, by input, with their names in a request and in an answer. */
const lists = {
  allowedToPushes: ["allowed_to_push", "push_access_levels"],
  allowedToMerges: ["allowed_to_merge", "merge_access_levels"],
  allowedToUnprotects: ["allowed_to_unprotect", "unprotect_access_levels"],
} as const;

const isRole = (access: Access) => !access.user_id && !access.group_id && !access.deploy_key_id;

/** Protection of a branch, or of all branches that match a wildcard. */
export const branchProtection: Table = {
  collection: "projects/{project}/protected_branches",
  item: "projects/{project}/protected_branches/{branch}",
  id: ["project", "branch"],
  names: { branch: "name", branchProtectionId: "id" },
  identity: ["project", "branch"],
  validate: (inputs) => levelErrors(inputs, "pushAccessLevel", "mergeAccessLevel"),
  write: (inputs) => {
    const body: Json = {};
    for (const name of ["pushAccessLevel", "mergeAccessLevel"]) {
      if (inputs[name] !== undefined) body[snake(name)] = levelNumber(inputs[name]);
    }
    for (const [name, [wire]] of Object.entries(lists)) {
      body[snake(name)] = undefined;
      if (Array.isArray(inputs[name])) body[wire] = (inputs[name] as Json[]).map(asRequest);
    }
    return body;
  },
  read: (answer) => ({
    pushAccessLevel: roleOf(answer.push_access_levels),
    mergeAccessLevel: roleOf(answer.merge_access_levels),
    ...Object.fromEntries(Object.entries(lists).map(([name, [, wire]]) => [name, othersOf(answer[wire])])),
  }),
  create: protect,
  update: change,
  lookup: { by: "place" },
};

function asRequest(allowed: Json): Json {
  const entries = Object.entries(allowed).filter(
    ([name, value]) => !name.startsWith("__") && name !== "accessLevelDescription" && value,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [snake(name), name === "accessLevel" ? levelNumber(value) : value]),
  );
}

function roleOf(levels: unknown): string | undefined {
  const role = ((levels ?? []) as Access[]).find(isRole);
  return levelName(role?.access_level ?? 0);
}

function othersOf(levels: unknown): Json[] {
  return ((levels ?? []) as Access[])
    .filter((access) => !isRole(access))
    .map(({ access_level, access_level_description, user_id, group_id, deploy_key_id }) => ({
      accessLevel: levelName(access_level) ?? "",
      accessLevelDescription: access_level_description ?? "",
      ...(user_id && { userId: user_id }),
      ...(group_id && { groupId: group_id }),
      ...(deploy_key_id && { deployKeyId: deploy_key_id }),
    }));
}

/** Replaces the protection that GitLab gives the default branch automatically. */
async function protect(step: Step, body: Json): Promise<Json> {
  const there = await createOnce(branchProtection, step, body).catch((error) => {
    if (!isRefusal(error, 409)) throw error;
    return step.api.find(fill(branchProtection.item, step.place));
  });
  if (there && asWanted(step.inputs, there)) return there;
  return (await inPlace(step, there)) ?? replace(step, body, there);
}

/** Force pushes and code owners can be changed in place everywhere, roles where the licence has it. */
async function change(step: Step, body: Json, changed: readonly string[]): Promise<Json | undefined> {
  if (changed.length === 0) return undefined;
  if (changed.every((name) => ["allowForcePush", "codeOwnerApprovalRequired"].includes(name))) {
    const patch = Object.fromEntries(changed.map((name) => [snake(name), step.inputs[name] ?? false]));
    return step.api.patch(fill(branchProtection.item, step.place), patch);
  }
  const there = await step.api.find(fill(branchProtection.item, step.place));
  if (there && asWanted(step.inputs, there)) return there;
  return (await inPlace(step, there)) ?? replace(step, fullBody(step, body), there);
}

/**
 * Changes the roles in place, so that the branch is protected all the time, and where an approval
 * policy refuses to remove the protection. Needs Premium; on Free the answer shows that nothing
 * changed.
 *
 * @returns undefined when it is not as wanted afterwards
 * @see https://docs.gitlab.com/api/protected_branches/#update-a-protected-branch
 */
async function inPlace(step: Step, there: Json | undefined): Promise<Json | undefined> {
  const { inputs, place, api } = step;
  if (!there || Object.keys(lists).some((name) => inputs[name] !== undefined)) return undefined;
  const body: Json = {};
  for (const [input, wire, answer] of [
    ["pushAccessLevel", "allowed_to_push", "push_access_levels"],
    ["mergeAccessLevel", "allowed_to_merge", "merge_access_levels"],
  ] as const) {
    const role = ((there[answer] ?? []) as Access[]).find(isRole);
    const level = levelNumber(inputs[input] ?? "maintainer");
    if (role?.id === undefined) return undefined;
    if (role.access_level !== level) body[wire] = [{ id: role.id, access_level: level }];
  }
  for (const name of ["allowForcePush", "codeOwnerApprovalRequired"])
    if (inputs[name] !== undefined) body[snake(name)] = inputs[name];
  try {
    await api.patch(fill(branchProtection.item, place), body);
  } catch (error) {
    if (isRefusal(error, 400, 403, 404, 405, 422)) return undefined;
    throw error;
  }
  const now = await api.find(fill(branchProtection.item, place));
  return now && asWanted(inputs, now) ? now : undefined;
}

function fullBody(step: Step, body: Json): Json {
  const scalars = ["allowForcePush", "codeOwnerApprovalRequired"].filter((name) => step.inputs[name] !== undefined);
  return {
    name: step.place.branch,
    ...Object.fromEntries(scalars.map((name) => [snake(name), step.inputs[name]])),
    ...body,
    ...Object.fromEntries(
      Object.entries(branchProtection.write?.(step.inputs, true) ?? {}).filter(([, value]) => value !== undefined),
    ),
  };
}

/** @throws UserError when GitLab refuses the new protection and the old one, so that the branch is unprotected */
async function replace(step: Step, body: Json, old: Json | undefined): Promise<Json> {
  await step.api.delete(fill(branchProtection.item, step.place));
  try {
    return await createOnce(branchProtection, step, body);
  } catch (error) {
    if (old)
      await createOnce(branchProtection, step, restored(old)).catch((cause) => Promise.reject(open(step, cause)));
    throw error instanceof ResourceIncomplete ? error.cause : error;
  }
}

function open(step: Step, cause: unknown): UserError {
  return new UserError(
    `branch ${step.place.branch} is not protected now: GitLab refused the new protection and the old one`,
    `project ${step.place.project}`,
    "protect it by hand under Settings > Repository, or run the command again",
    { code: "TIM-414", cause },
  );
}

function restored(old: Json): Json {
  const body: Json = { name: old.name, allow_force_push: old.allow_force_push };
  for (const [request, answer] of Object.values(lists)) {
    const levels = (old[answer] ?? []) as Access[];
    const role = levels.find(isRole);
    if (role && request !== "allowed_to_unprotect") {
      body[request === "allowed_to_push" ? "push_access_level" : "merge_access_level"] = role.access_level;
    }
    const others = othersOf(levels).map(asRequest);
    if (others.length > 0) body[request] = others;
  }
  return body;
}

function asWanted(inputs: Step["inputs"], there: Json): boolean {
  const now = {
    allowForcePush: there.allow_force_push,
    codeOwnerApprovalRequired: there.code_owner_approval_required ?? false,
    ...branchProtection.read?.(there, {}),
  };
  const role = { pushAccessLevel: "maintainer", mergeAccessLevel: "maintainer", allowForcePush: false, ...inputs };
  return Object.entries(now).every(([name, value]) => {
    const asked = (role as Json)[name];
    return asked === undefined || covers(asked, value);
  });
}
