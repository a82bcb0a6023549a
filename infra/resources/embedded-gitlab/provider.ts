import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { layoutOf } from "@timonier/gitlab-simulator/layout";
import {
  inspectGitLab,
  removeGitLab,
  reserveGitLab,
  startGitLab,
  stopGitLab,
} from "@timonier/gitlab-simulator/lifecycle";
import { accessLevels } from "@timonier/kit/access-levels";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { embeddedGitLabFolder, StateFolder } from "@timonier/kit/state-folder";
import type { Context, Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { embeddedGitLabShape } from "./schema.js";

const { inputs } = embeddedGitLabShape;
/** Sufficient to find and delete what an older version, with fewer inputs, created. */
const place = inputs.pick({ stack: true });

function folder(properties: Properties): string {
  return embeddedGitLabFolder(new StateFolder(), place.parse(properties).stack);
}

function addressesOf(properties: Properties): string {
  return inputs.parse(properties).addresses.join();
}

/** Identifies the GitLab at an address: by its certificate authority, which exists as long as its folder. */
function instanceOf(properties: Properties): string {
  const { ca } = layoutOf(folder(properties));
  return existsSync(ca) ? createHash("sha256").update(readFileSync(ca)).digest("hex").slice(0, 32) : "";
}

/** Whether GitLab rejects the administrator's token: it is revoked, or expired. */
async function isTokenRejected(properties: Properties): Promise<boolean> {
  if ((await inspectGitLab(folder(properties))) !== "running") return false;
  const { url, caFile, tokenFile } = await reserveGitLab(folder(properties));
  const token = (await readFile(tokenFile, "utf8")).trim();
  try {
    await connectGitLab({ url, caFile, token, retries: 0, timeout: 5_000 }).PersonalAccessTokens.show();
    return false;
  } catch (error) {
    return error instanceof GitLabError && error.status === 401;
  }
}

async function start(news: Properties, ctx: Context<unknown>): Promise<Properties> {
  const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
  const { url, caFile, tokenFile } = await startGitLab(folder(news), {
    settings: { addresses: inputs.parse(news).addresses },
    progress,
    signal: ctx.signal,
  });
  const token = (await readFile(tokenFile, "utf8")).trim();
  const client = connectGitLab({ url, caFile, token });
  // Its webhooks call the cluster, which is on this machine too.
  await client.requester.put("application/settings", {
    body: { allow_local_requests_from_web_hooks_and_services: true },
  });
  return { ...news, url, token, group: await ensureTeam(client, inputs.parse(news).team) };
}

/**
 * The group that owns the repositories, with a maintainer who is not the administrator: the author of a change does not
 * merge it.
 *
 * @returns the group's number
 */
async function ensureTeam(client: GitLab, path: string): Promise<number> {
  const found = await client.Groups.show(path).catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (found) return found.id;
  const group = await client.Groups.create(path, path);
  const [maintainer] = await client.Users.all({ username: "maintainer" });
  if (maintainer) await client.GroupMembers.add(group.id, accessLevels.maintainer, { userId: maintainer.id });
  return group.id;
}

/** The embedded GitLab. A stopped one is a difference, and starting it is the update. */
export const embeddedGitLab: ResourceKind<unknown> = {
  secrets: embeddedGitLabShape.secrets,
  diff: async (id, olds, news) => {
    const state = await inspectGitLab(folder(news));
    if (place.parse(olds.inputs).stack !== place.parse(news).stack) {
      return { changes: true, replaces: ["stack"], changed: ["stack"] };
    }
    // Its data is gone, and its folder holds only a reserved address: every repository is recreated. The new GitLab is
    // created first, because the old repositories cannot be deleted from one that is gone.
    if (state === "absent" || instanceOf(news) !== id) return { changes: true, replaces: ["url"], changed: ["url"] };
    if (state === "running" && (await isTokenRejected(news))) return { changes: true, changed: ["token"] };
    const moved = addressesOf(olds.inputs) !== addressesOf(news);
    return {
      changes: state !== "running" || moved,
      changed: moved ? ["addresses"] : [],
      stables: ["url", "token", "group"],
    };
  },
  create: async (news, ctx) => {
    const state = await start(news, ctx);
    return { id: instanceOf(news), state };
  },
  read: async (id, state, olds) => {
    const found = await inspectGitLab(folder(olds));
    return found === "absent" ? undefined : { id, state, inputs: olds };
  },
  update: async (_id, _olds, news, ctx) => {
    // At its start it replaces tokens that do not work any more.
    if (await isTokenRejected(news)) await stopGitLab(folder(news));
    return { state: await start(news, ctx) };
  },
  delete: async (id, state) => {
    // The folder may belong to the successor already.
    if (instanceOf(state) === id) await removeGitLab(folder(state));
  },
};
