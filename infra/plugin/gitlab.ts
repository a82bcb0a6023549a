import { readFile } from "node:fs/promises";
import { z } from "zod";
import { embeddedGitLabFolder, StateFolder } from "../../core/state.js";
import { inspectGitLab, removeGitLab, startGitLab } from "../../embedded/gitlab/lifecycle.js";
import type { Context, Properties, ResourceKind } from "../../sdks/provider-host/plugin.js";

const inputs = z.object({ stack: z.string() });

function folder(properties: Properties): string {
  return embeddedGitLabFolder(new StateFolder(), inputs.parse(properties).stack);
}

async function start(news: Properties, ctx: Context<unknown>): Promise<Properties> {
  const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
  const { url, tokenFile } = await startGitLab(folder(news), { progress, signal: ctx.signal });
  return { ...news, url, token: (await readFile(tokenFile, "utf8")).trim() };
}

/** The embedded GitLab: not running is a difference, and starting it is the update. */
export const embeddedGitLab: ResourceKind<unknown> = {
  secrets: ["token"],
  diff: async (_id, olds, news) => {
    const state = await inspectGitLab(folder(news));
    if (inputs.parse(olds.inputs).stack !== inputs.parse(news).stack) {
      return { changes: true, replaces: ["stack"], changed: ["stack"] };
    }
    // Its data is gone: every repository has to be made anew.
    if (state === "absent") return { changes: true, replaces: ["url"], changed: ["url"], deleteBeforeReplace: true };
    return { changes: state !== "running", changed: [], stables: ["url", "token"] };
  },
  create: async (news, ctx) => {
    const state = await start(news, ctx);
    return { id: String(state.url), state };
  },
  read: async (id, state, olds) => {
    const seen = await inspectGitLab(folder(olds));
    return seen === "absent" ? undefined : { id, state, inputs: olds };
  },
  update: async (_id, _olds, news, ctx) => ({ state: await start(news, ctx) }),
  delete: async (_id, state) => removeGitLab(folder(state)),
};
