import { connectGitLab } from "@timonier/kit/gitlab-client";
import type { Progress } from "@timonier/kit/progress";
import type { PlatformConfig } from "../../infra/config.js";
import { gatherFacts } from "../../infra/gitlab/preflight/gather-gitlab.js";
import { wantedOf } from "../../infra/gitlab/preflight/wanted.js";
import { tokenTable } from "../../infra/gitlab/repository/token-table.js";
import { adoptedProjectShape } from "../../infra/resources/adopted-project/schema.js";
import { knownIds, type StateResource, withoutType } from "../stack/deployment.js";
import type { Pulumi } from "../stack/pulumi.js";
import { remoteToken } from "../stack/stack-gitlab.js";
import { deleteUnrecorded } from "./unrecorded.js";

type RemoteConfig = Extract<PlatformConfig["gitlab"], { kind: "remote" }>;

/** What is left to do after the update. */
export interface Lost {
  /** Deletes the old tokens after the new ones are delivered. */
  sweep(): Promise<void>;
}

/**
 * Finds repositories that this stack created and that are not in its state, because the state was
 * deleted or is on another machine. They are added to the state as they are.
 */
export async function findLost(
  pulumi: Pulumi,
  config: PlatformConfig,
  gitlab: RemoteConfig,
  progress: Progress,
): Promise<Lost | undefined> {
  const token = await remoteToken(pulumi.stack, gitlab);
  const client = connectGitLab({ url: gitlab.url, token, progress, ...(gitlab.caFile && { caFile: gitlab.caFile }) });
  const { repositories } = await gatherFacts(client, gitlab.url, wantedOf(config));
  const own = [...repositories].flatMap(([path, there]) =>
    there.state === "project" && there.owner === "this" ? [{ path, project: String(there.id) }] : [],
  );
  if (own.length === 0) return undefined;
  for (const { path } of own) progress(`${path}: created by this stack and missing in its state; added as it is`);
  await forgetPaths(pulumi);
  return {
    sweep: async () => {
      const deployment = await pulumi.deployment();
      for (const { path, project } of own) {
        const { cluster } = config;
        for (const token of Object.values(tokenTable)) {
          const resource = made(tokenTypes[token.kind], { project, name: token.name(cluster.name, path) });
          for (const what of await deleteUnrecorded(client, deployment, resource)) {
            progress(`${what}: belonged to the lost state, deleted`);
          }
        }
      }
    },
  };
}

/**
 * A run that failed before it imported the projects recorded their paths, and the program would not
 * import them now.
 */
async function forgetPaths(pulumi: Pulumi): Promise<void> {
  const deployment = await pulumi.deployment();
  const { type } = adoptedProjectShape;
  if (knownIds(deployment, type).size > 0) await pulumi.replaceDeployment(withoutType(deployment, type));
}

const tokenTypes = {
  deploy: "projectDeployToken:ProjectDeployToken",
  access: "projectAccessToken:ProjectAccessToken",
} as const;

function made(type: string, inputs: Readonly<Record<string, string>>): StateResource {
  return { urn: "", type: `gitlab:index/${type}`, inputs };
}
