import { waitFor } from "@timonier/kit/wait";
import type { Properties } from "@timonier/provider-host/plugin";
import type { Step, Table } from "../resource-table.js";
import { type Api, fill } from "../rest-api.js";
import { type Json, snake, toWire } from "../wire.js";
import { fullPathOf, hasId, isMarked, justMade, twoStepRemoval } from "./removal.js";

/** Longest wait for GitLab to protect the default branch, in milliseconds, as in the official provider. */
const PROTECTION_TIMEOUT = 120_000;

const item = "projects/{objectId}";
const forks = "forks can be made by the official plugin only";
const images = "avatars can be uploaded by the official plugin only";

/** A project. */
const project: Table = {
  collection: "projects",
  item,
  id: ["objectId"],
  names: { visibilityLevel: "visibility" },
  local: ["archiveOnDestroy", "permanentlyDeleteOnDestroy", "skipWaitForDefaultBranchProtection"],
  createOnly: ["initializeWithReadme", "useCustomTemplate", "groupWithProjectTemplatesId"],
  writeOnly: ["templateName", "templateProjectId", "importUrlUsername", "importUrlPassword"],
  identity: ["path", "namespaceId"],
  cleared: { description: "", topics: [] },
  unsupported: { avatar: images, avatarHash: images, forkedFromProjectId: forks, branches: forks },
  gone: isMarked,
  write: (inputs) => ({
    archived: undefined,
    push_rules: undefined,
    import_url_username: undefined,
    import_url_password: undefined,
    import_url: importUrl(inputs),
    container_expiration_policy: undefined,
    container_expiration_policy_attributes: toWire(inputs.containerExpirationPolicy),
  }),
  read: (answer) => ({
    ...(answer.namespace !== undefined && { namespaceId: (answer.namespace as Json).id }),
    ...(answer.push_rule !== undefined && { pushRules: pushRules(answer.push_rule as Json) }),
  }),
  fetch: async (api, place, known) => {
    const found = hasId(place) ? await api.find(fill(item, place)) : justMade(await findByPath(api, known));
    if (!found || known.pushRules === undefined) return found;
    const rules = await api.find(`${fill(item, { objectId: found.id })}/push_rule`);
    return { ...found, ...(rules && { push_rule: rules }) };
  },
  update: async (step, body, changed) => {
    const { namespace_id: namespace, ...edited } = body;
    const at = fill(item, step.place);
    // An archived project has to be unarchived before it can be changed.
    if (changed.includes("archived") && step.inputs.archived !== true) await step.api.post(`${at}/unarchive`);
    if (namespace !== undefined) await step.api.put(`${at}/transfer`, { namespace });
    return Object.keys(edited).length > 0 ? step.api.put(at, edited) : undefined;
  },
  settle: { except: ["defaultBranch", "archived", "namespaceId", "pushRules", "importUrl"] },
  finish: async (step, answer) => {
    const at = fill(item, step.place);
    if (!step.olds && step.inputs.skipWaitForDefaultBranchProtection !== true) await protectionOf(step, at, answer);
    const rules = await setPushRules(step, at);
    const archived = step.inputs.archived === true && answer.archived !== true;
    const last = archived ? await step.api.post(`${at}/archive`) : {};
    return { ...last, ...(rules && { push_rule: rules }) };
  },
  remove: twoStepRemoval(
    { item },
    { kind: "project", permanent: "permanentlyDeleteOnDestroy", fullPath: "path_with_namespace" },
  ),
  lookup: { by: "place" },
};

async function findByPath(api: Api, { namespaceId, path, name }: Properties): Promise<Json | undefined> {
  if (typeof path === "string")
    return api.find(fill("projects/{path}", { path: await fullPathOf(api, namespaceId, path) }));
  const found = await api.list("projects", { search: name, membership: true });
  const inNamespace = (answer: Json) => namespaceId === undefined || (answer.namespace as Json).id === namespaceId;
  return found.find((answer) => answer.name === name && inNamespace(answer));
}

function importUrl({ importUrl: url, importUrlUsername: user, importUrlPassword: password }: Properties): unknown {
  if (typeof url !== "string" || (user === undefined && password === undefined)) return url;
  const full = new URL(url);
  full.username = encodeURIComponent(String(user ?? ""));
  full.password = encodeURIComponent(String(password ?? ""));
  return full.href;
}

/**
 * GitLab protects the default branch a moment after the first commit. Without a branch there is
 * nothing to wait for.
 */
async function protectionOf({ api, context, inputs }: Step, at: string, answer: Json): Promise<void> {
  const branch = answer.default_branch ?? inputs.defaultBranch;
  if (typeof branch !== "string" || branch === "") return;
  await waitFor(
    {
      what: `the protection of ${branch}`,
      timeout: PROTECTION_TIMEOUT,
      where: String(answer.path_with_namespace ?? at),
      fix: "where GitLab does not protect default branches, set skipWaitForDefaultBranchProtection: true",
      signal: context.signal,
      progress: (line) => context.log("info", line, { ephemeral: true }),
    },
    async () => {
      const found = await api.find(`${at}/repository/branches/${encodeURIComponent(branch)}`);
      return !found || found.protected === true
        ? { done: true, value: undefined }
        : { done: false, missing: "GitLab has not protected it yet" };
    },
  );
}

async function setPushRules({ api, inputs, olds }: Step, at: string): Promise<Json | undefined> {
  const wanted = inputs.pushRules as Properties | undefined;
  if (!wanted) {
    if (olds?.pushRules) await api.delete(`${at}/push_rule`);
    return undefined;
  }
  const body = toWire(wanted) as Json;
  const there = await api.find(`${at}/push_rule`);
  return there ? api.put(`${at}/push_rule`, body) : api.post(`${at}/push_rule`, body);
}

const pushRuleNames = [
  "authorEmailRegex",
  "branchNameRegex",
  "commitCommitterCheck",
  "commitCommitterNameCheck",
  "commitMessageNegativeRegex",
  "commitMessageRegex",
  "denyDeleteTag",
  "fileNameRegex",
  "maxFileSize",
  "memberCheck",
  "preventSecrets",
  "rejectNonDcoCommits",
  "rejectUnsignedCommits",
];

function pushRules(rules: Json): Properties {
  const told = pushRuleNames.map((name) => [name, rules[snake(name)]]);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== null));
}

export const projects: Readonly<Record<string, Table>> = { "gitlab:index/project:Project": project };
