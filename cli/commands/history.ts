import { join } from "node:path";
import { applications } from "../../apps/applications.js";
import { type Environment, findEnvironment, parseEnvironments, settingsFor } from "../../apps/environments.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { stacksIn } from "../environments/environment-stacks.js";
import { renderHistory } from "../environments/history-table.js";
import { readHistory } from "../environments/read-history.js";
import { exitCodes } from "../exit-codes.js";
import { withClonesFolder } from "../merge-request/clones-folder.js";
import { type Destination, destinationOf, knownRepositories } from "../merge-request/destination.js";
import { reader } from "../merge-request/proposal.js";
import { cloneRepository } from "../merge-request/repository-clone.js";
import { DEFAULT_STACK } from "../stack/known-stacks.js";

/** Options of {@link history}. */
export interface HistoryOptions {
  /** @default all environments, where the stack belongs to one */
  readonly env?: string;
  /** Stack whose application repository is read. @default the first stack of the last environment */
  readonly stack?: string;
  readonly json?: boolean;
}

/** `timonier history APP`: what ran where, since when, by which merge request. */
export async function history(application: string, { env, stack, json }: HistoryOptions): Promise<number> {
  const files = await readSettingsFiles();
  const all = parseEnvironments(files.environments);
  if (env !== undefined) findEnvironment(all, env, `history --env ${env}`);
  const destination = stack === undefined ? await lastDestination(all, env) : await destinationOf(stack);
  const repositories = knownRepositories(destination);
  const everywhere = destination.environment === undefined ? [undefined] : all.map(({ name }) => name);
  return withClonesFolder(async (folder) => {
    await cloneRepository({
      address: repositories.applicationRepository,
      branch: destination.branch ?? settingsFor(files, destination.environment).settings.application.branch,
      folder: join(folder, "application"),
      credential: await reader(destination.stack, repositories),
      caFile: repositories.gitlabCaFile,
    });
    const entries = await readHistory(join(folder, "application"), {
      application,
      environments: env === undefined ? everywhere : [env],
      folders: new Map(applications.map((one) => [one.name, one.folder])),
      gitlabUrl: repositories.gitlabUrl,
    });
    console.log(json ? JSON.stringify(entries, undefined, 2) : renderHistory(application, entries));
    return exitCodes.done;
  });
}

/**
 * The first stack of an environment whose repositories are known, else of the last environment that
 * has one, else the default stack.
 */
async function lastDestination(all: readonly Environment[], env: string | undefined): Promise<Destination> {
  const names = [...all].reverse().map(({ name }) => name);
  for (const name of env === undefined ? names : [env, ...names]) {
    const found = (await stacksIn(name)).find(({ destination }) => destination.repositories);
    if (found) return found.destination;
  }
  return destinationOf(DEFAULT_STACK);
}
