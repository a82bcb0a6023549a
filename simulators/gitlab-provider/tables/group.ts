import type { Properties } from "@timonier/provider-host/plugin";
import { levelName, levelNumber } from "../access-level.js";
import type { Table } from "../resource-table.js";
import { fill } from "../rest-api.js";
import { type Json, snake } from "../wire.js";
import { fullPathOf, hasId, isMarked, justMade, twoStepRemoval } from "./removal.js";

const item = "groups/{objectId}";
const images = "avatars can be uploaded by the official plugin only";

/** A group or subgroup. */
const group: Table = {
  collection: "groups",
  item,
  id: ["objectId"],
  names: {
    visibilityLevel: "visibility",
    allowedEmailDomainsLists: "allowed_email_domains_list",
  },
  local: ["archiveOnDestroy", "permanentlyRemoveOnDelete"],
  identity: ["path", "parentId"],
  replaceOn: ["parentId"],
  cleared: { description: "" },
  unsupported: { avatar: images, avatarHash: images, pushRules: "push rules of groups are the official plugin's" },
  gone: isMarked,
  write: (inputs) => ({
    allowed_email_domains_list: joined(inputs.allowedEmailDomainsLists),
    ip_restriction_ranges: joined(inputs.ipRestrictionRanges),
    default_branch_protection_defaults: protectionDefaults(inputs.defaultBranchProtectionDefaults),
  }),
  read: (answer) => ({
    allowedEmailDomainsLists: separated(answer.allowed_email_domains_list),
    ipRestrictionRanges: separated(answer.ip_restriction_ranges),
    ...(answer.default_branch_protection_defaults !== undefined && {
      defaultBranchProtectionDefaults: protectionFrom(answer.default_branch_protection_defaults as Json),
    }),
  }),
  fetch: async (api, place, known) => {
    if (hasId(place)) return api.find(fill(item, place));
    const { parentId, path } = known;
    const full = parentId === undefined || parentId === 0 ? String(path) : await fullPathOf(api, parentId, path);
    return justMade(await api.find(fill(item, { objectId: full })));
  },
  update: "PUT",
  settle: { except: ["parentId"] },
  remove: twoStepRemoval({ item }, { kind: "group", permanent: "permanentlyRemoveOnDelete", fullPath: "full_path" }),
  lookup: { by: "place" },
};

function joined(list: unknown): string | undefined {
  return Array.isArray(list) ? list.join(",") : undefined;
}

function separated(text: unknown): string[] {
  return typeof text === "string" && text !== "" ? text.split(",") : [];
}

const flags = ["allowForcePush", "codeOwnerApprovalRequired", "developerCanInitialPush"];
const lists = { allowedToPushes: "allowed_to_push", allowedToMerges: "allowed_to_merge" };

function protectionDefaults(defaults: unknown): Json | undefined {
  if (typeof defaults !== "object" || defaults === null) return undefined;
  const given = defaults as Properties;
  const body: Json = {};
  for (const flag of flags) if (given[flag] !== undefined) body[snake(flag)] = given[flag];
  for (const [name, wire] of Object.entries(lists)) {
    const levels = given[name] as string[] | undefined;
    if (levels) body[wire] = levels.map((level) => ({ access_level: levelNumber(level) }));
  }
  return body;
}

function protectionFrom(defaults: Json): Properties {
  const found: Properties = {};
  for (const flag of flags) if (defaults[snake(flag)] !== undefined) found[flag] = defaults[snake(flag)];
  for (const [name, wire] of Object.entries(lists)) {
    found[name] = ((defaults[wire] ?? []) as Json[]).map(({ access_level }) => levelName(access_level) ?? "");
  }
  return found;
}

export const groups: Readonly<Record<string, Table>> = { "gitlab:index/group:Group": group };
