import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ResourceKind } from "../../sdks/provider-host/plugin.js";

const DAY = 86_400_000;
const inputs = z.object({ days: z.number(), renewBefore: z.number() });
const state = z.object({ expiresAt: z.iso.datetime() });

/**
 * Whether less is left than the window may go without renewal.
 *
 * @param renewBefore days
 */
export function isDue(expiresAt: string, renewBefore: number, now: number): boolean {
  return Date.parse(expiresAt) - now < renewBefore * DAY;
}

/** A new window: ends at a midnight (UTC), since GitLab keeps some expiries as dates. */
export function windowEnd(days: number, now: number): string {
  return new Date(Math.floor(now / DAY + days) * DAY).toISOString();
}

/** Renewal by time, in the engine's own terms: a due window is an update, and what reads its end is replaced. */
export const tokenWindow: ResourceKind<unknown> = {
  diff: async (_id, olds, news) => {
    const { days, renewBefore } = inputs.parse(news);
    const due = isDue(state.parse(olds.state).expiresAt, renewBefore, Date.now());
    const changed = days !== inputs.parse(olds.inputs).days || renewBefore !== inputs.parse(olds.inputs).renewBefore;
    return { changes: due || changed, ...(due && { changed: ["expiresAt"] }) };
  },
  create: async (news) => open(news, randomUUID()),
  update: async (id, olds, news) => {
    const { days, renewBefore } = inputs.parse(news);
    const same = days === inputs.parse(olds.inputs).days;
    const { expiresAt } = state.parse(olds.state);
    return same && !isDue(expiresAt, renewBefore, Date.now()) ? { state: { ...news, expiresAt } } : open(news, id);
  },
};

function open(news: Record<string, unknown>, id: string) {
  return { id, state: { ...news, expiresAt: windowEnd(inputs.parse(news).days, Date.now()) } };
}
