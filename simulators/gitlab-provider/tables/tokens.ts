import type { Properties } from "@timonier/provider-host/plugin";
import { levelErrors, levelName, levelNumber } from "../access-level.js";
import type { Table } from "../resource-table.js";
import type { Json } from "../wire.js";

const DAY = 86_400_000;

/** Tokens have no unique names, and their value is returned only once. */
const newOne: Table["lookup"] = { by: "new", same: (answer, inputs) => answer.name === inputs.name };

function expiryErrors(inputs: Properties) {
  const { expiresAt } = inputs;
  if (inputs.validatePastExpirationDate !== true || typeof expiresAt !== "string") return [];
  return Date.parse(expiresAt) <= Date.now() ? [{ property: "expiresAt", reason: `${expiresAt} is in the past` }] : [];
}

function deployToken(owner: "project" | "group"): Table {
  const collection = `${owner}s/{${owner}}/deploy_tokens`;
  return {
    collection,
    item: `${collection}/{objectId}`,
    id: [owner, "objectId"],
    local: ["validatePastExpirationDate"],
    once: ["token"],
    replaceOn: "*",
    gone: (answer) => answer.revoked === true,
    validate: expiryErrors,
    lookup: newOne,
  };
}

/** When a token with a rotation expires: `expirationDays` from now, as a day. */
function expiry(inputs: Properties): string | undefined {
  const { expirationDays } = (inputs.rotationConfiguration ?? {}) as { expirationDays?: number };
  if (expirationDays === undefined) return undefined;
  return new Date(Date.now() + expirationDays * DAY).toISOString().slice(0, 10);
}

/**
 * A token is due in its last `rotateBeforeDays`. The new one is created before the old one is
 * deleted, so that nothing fails in between.
 */
function due(inputs: Properties, state: Properties): string | undefined {
  const { rotateBeforeDays } = (inputs.rotationConfiguration ?? {}) as { rotateBeforeDays?: number };
  if (rotateBeforeDays === undefined || typeof state.expiresAt !== "string" || state.expiresAt === "") return undefined;
  return Date.parse(state.expiresAt) - Date.now() <= rotateBeforeDays * DAY ? "rotationConfiguration" : undefined;
}

function accessToken(places: Pick<Table, "collection" | "item" | "id">): Table {
  return {
    ...places,
    local: ["validatePastExpirationDate", "rotationConfiguration"],
    once: ["token"],
    replaceOn: "*",
    gone: (answer) => answer.revoked === true,
    validate: (inputs) => [...expiryErrors(inputs), ...levelErrors(inputs, "accessLevel")],
    expired: due,
    write: (inputs) => {
      const body: Json = {};
      if (inputs.accessLevel !== undefined) body.access_level = levelNumber(inputs.accessLevel);
      const rotated = expiry(inputs);
      if (rotated) body.expires_at = rotated;
      return body;
    },
    read: (answer) => {
      const accessLevel = levelName(answer.access_level);
      return accessLevel === undefined ? {} : { accessLevel };
    },
    lookup: newOne,
  };
}

function ownedToken(owner: "project" | "group"): Table {
  const collection = `${owner}s/{${owner}}/access_tokens`;
  return accessToken({ collection, item: `${collection}/{objectId}`, id: [owner, "objectId"] });
}

/** Deploy tokens and access tokens: they cannot be changed, so every change replaces them. */
export const tokens: Readonly<Record<string, Table>> = {
  "gitlab:index/projectDeployToken:ProjectDeployToken": deployToken("project"),
  "gitlab:index/groupDeployToken:GroupDeployToken": deployToken("group"),
  "gitlab:index/projectAccessToken:ProjectAccessToken": ownedToken("project"),
  "gitlab:index/groupAccessToken:GroupAccessToken": ownedToken("group"),
  "gitlab:index/personalAccessToken:PersonalAccessToken": {
    ...accessToken({
      collection: "users/{userId}/personal_access_tokens",
      item: "personal_access_tokens/{objectId}",
      id: ["userId", "objectId"],
    }),
    listing: { path: "personal_access_tokens", query: ({ userId }) => ({ user_id: userId }) },
  },
};
