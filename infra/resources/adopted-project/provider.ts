import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import type { Context, Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { z } from "zod";
import { variableNames } from "../../gitlab/repository/variable-names.js";
import { adoptedProjectShape } from "./schema.js";

const { inputs } = adoptedProjectShape;
type Scheduled = NonNullable<z.infer<typeof inputs>["scheduled"]>;
const state = z.object({ recordedAt: z.iso.datetime() });

/** Restores or deletes a project when the engine executes the resource, so never in a preview. */
export const adoptedProject: ResourceKind<unknown> = {
  secrets: adoptedProjectShape.secrets,
  // What was done in an earlier run is not repeated, and what leaves the inputs is not undone.
  diff: (_id, _olds, news) =>
    inputs.parse(news).scheduled
      ? { changes: true, changed: ["scheduled"], stables: ["recordedAt"] }
      : { changes: false },
  preview: (news, olds) => ({ ...news, ...(olds ? state.parse(olds.state) : recordedNow()) }),
  create: async (news, ctx) => {
    const recorded = recordedNow();
    const { client, scheduled, own } = connect(news);
    if (scheduled) await act(client, scheduled, ctx);
    // The project has variables that the state does not have, because GitLab restored them or the
    // state was lost. Pulumi would fail to create them.
    const known = scheduled?.action === "restore" ? scheduled.id : own;
    if (known !== undefined) await deleteVariables(client, known);
    return { id: inputs.parse(news).path, state: { ...news, ...recorded } };
  },
  update: async (_id, olds, news, ctx) => {
    const { client, scheduled } = connect(news);
    if (scheduled) await act(client, scheduled, ctx);
    return { state: { ...news, ...state.parse(olds.state) } };
  },
};

const recordedNow = () => ({ recordedAt: new Date().toISOString() });

function connect(news: Properties) {
  const { url, token, caFile, scheduled, own } = inputs.parse(news);
  return { client: connectGitLab({ url, token, ...(caFile && { caFile }) }), scheduled, own };
}

async function act(client: GitLab, scheduled: Scheduled, ctx: Context<unknown>): Promise<void> {
  const { action, id, path } = scheduled;
  switch (action) {
    case "restore":
      ctx.log("info", `${path} is scheduled for deletion: restoring it`);
      // https://docs.gitlab.com/api/projects/#restore-a-project
      await client.requester.post(`projects/${id}/restore`);
      break;
    case "purge":
      ctx.log("info", `${path} is scheduled for deletion: deleting it for good`);
      await purge(client, scheduled, ctx);
  }
}

async function deleteVariables(client: GitLab, id: number): Promise<void> {
  for (const key of variableNames) {
    await client.requester.delete(`projects/${id}/variables/${key}`).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
}

/**
 * Deletes a project at once, and waits until it is gone.
 *
 * @see https://docs.gitlab.com/api/projects/#delete-a-project
 */
export async function purge(
  client: GitLab,
  { id, path }: Pick<Scheduled, "id" | "path">,
  ctx: Pick<Context<unknown>, "log" | "signal">,
): Promise<void> {
  const query = `permanently_remove=true&full_path=${encodeURIComponent(path)}`;
  await client.requester.delete(`projects/${id}?${query}`).catch((error: unknown) => {
    // Only administrators see the setting beforehand, and the status differs between versions.
    if (!(error instanceof GitLabError) || (error.status !== 400 && error.status !== 403)) throw error;
    const fix = "pulumi config set deletedProject restore, or leave: a new one is created beside it";
    throw new UserError("this GitLab does not delete a scheduled project at once", path, fix, {
      code: "TIM-405",
      cause: error,
    });
  });
  await waitFor(
    {
      what: "the deletion",
      timeout: 600_000,
      interval: 500,
      where: path,
      fix: "see whether GitLab's background jobs run, then run the command again",
      progress: (line) => ctx.log("info", line, { ephemeral: true }),
      signal: ctx.signal,
    },
    async () => {
      try {
        await client.Projects.show(id);
        return { done: false, missing: "GitLab still has it" };
      } catch (error) {
        if (isGone(error)) return { done: true, value: undefined };
        throw error;
      }
    },
  );
}
