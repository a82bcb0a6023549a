import { randomUUID } from "node:crypto";
import { connectGitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import type { Difference, Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { z } from "zod";
import { tokenWindowShape } from "./schema.js";

const DAY = 86_400_000;
/** Sufficient to decide by time: an older version recorded no more than these inputs. */
const timing = tokenWindowShape.inputs.pick({ days: true, renewBefore: true, rotateBefore: true });
/** Needed to ask GitLab for the tokens. */
const place = tokenWindowShape.inputs.omit({ days: true, renewBefore: true, rotateBefore: true });
const state = z.object({ expiresAt: z.iso.datetime(), openedAt: z.iso.datetime().default(new Date(0).toISOString()) });

/** A token as GitLab lists it. */
interface ListedToken {
  readonly name: string;
  readonly revoked?: boolean;
  readonly expires_at?: string | null;
}

/**
 * Whether a window ends so soon that it is renewed.
 *
 * @param renewBefore days
 */
export function isDue(expiresAt: string, renewBefore: number, now: number): boolean {
  return Date.parse(expiresAt) - now < renewBefore * DAY;
}

/** End of a new window: a midnight (UTC), because GitLab stores some expiries as dates. */
export function windowEnd(days: number, now: number): string {
  return new Date(Math.floor(now / DAY + days) * DAY).toISOString();
}

/** Names without a working token: each one is revoked, or expired. */
export function lost(names: readonly string[], listed: readonly ListedToken[], now: number): string[] {
  const works = (token: ListedToken) => !token.revoked && (!token.expires_at || Date.parse(token.expires_at) > now);
  const working = new Set(listed.filter(works).map(({ name }) => name));
  return names.filter((name) => !working.has(name));
}

/** Renewal by time, as a replacement: the engine replaces a due window, and its tokens with it. */
export const tokenWindow: ResourceKind<unknown> = {
  secrets: tokenWindowShape.secrets,
  diff: async (_id, olds, news) => {
    const { days, renewBefore, rotateBefore } = timing.parse(news);
    const { expiresAt, openedAt } = state.parse(olds.state);
    const forced = rotateBefore !== undefined && Date.parse(openedAt) < Date.parse(rotateBefore);
    const due = forced || isDue(expiresAt, renewBefore, Date.now()) || days !== timing.parse(olds.inputs).days;
    if (due || (await anyLost(olds.inputs, news))) return renewal;
    return { changes: wanted(olds.inputs) !== wanted(news), stables: ["expiresAt", "openedAt"] };
  },
  create: async (news) => {
    const openedAt = new Date();
    const expiresAt = windowEnd(timing.parse(news).days, openedAt.getTime());
    return { id: randomUUID(), state: { ...news, expiresAt, openedAt: openedAt.toISOString() } };
  },
  update: async (_id, olds, news) => ({ state: { ...news, ...state.parse(olds.state) } }),
};

/**
 * The inputs that are compared. rotateBefore may be removed after it had its effect: a rotation in
 * a pipeline commits nothing.
 */
function wanted({ rotateBefore: _, ...rest }: Properties): string {
  return JSON.stringify(Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const renewal: Difference = { changes: true, changed: ["expiresAt"], replaces: ["expiresAt"] };

/**
 * Whether a token of this window does not work any more. GitLab is asked only if it is known: in a
 * preview it may not exist.
 */
async function anyLost(olds: Properties, news: Properties): Promise<boolean> {
  const known = place.safeParse(news);
  const before = place.safeParse(olds);
  if (!known.success || !before.success || before.data.project !== known.data.project) return false;
  const { url, token, caFile, project } = known.data;
  const deployTokens = before.data.deployTokens.filter((name) => known.data.deployTokens.includes(name));
  const accessTokens = before.data.accessTokens.filter((name) => known.data.accessTokens.includes(name));
  const client = connectGitLab({ url, token, ...(caFile && { caFile }), retries: 1, timeout: 10_000 });
  const [deploy, access] = await Promise.all([
    deployTokens.length > 0 ? listed(client.DeployTokens.all({ projectId: project })) : [],
    accessTokens.length > 0 ? listed(client.ProjectAccessTokens.all(project)) : [],
  ]);
  const now = Date.now();
  return (
    [...(deploy ? lost(deployTokens, deploy, now) : []), ...(access ? lost(accessTokens, access, now) : [])].length > 0
  );
}

/** undefined: unknown. An error of GitLab is reported by the resources that need GitLab. */
async function listed(request: Promise<unknown>): Promise<ListedToken[] | undefined> {
  try {
    return (await request) as ListedToken[];
  } catch (error) {
    return isGone(error) ? [] : undefined;
  }
}
