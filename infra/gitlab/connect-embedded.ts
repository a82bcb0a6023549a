import { readFileSync } from "node:fs";
import * as gitlab from "@pulumi/gitlab";
import { layoutOf } from "@timonier/gitlab-simulator/layout";
import { reserveGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { readSettings } from "@timonier/gitlab-simulator/settings";
import { embeddedGitLabFolder, StateFolder } from "@timonier/kit/state-folder";
import { EmbeddedGitLab } from "../resources/embedded-gitlab/resource.js";
import { featuresOf, type GitLabInstance } from "./gitlab-instance.js";
import { embeddedTeam } from "./settings.js";

/**
 * The GitLab on this machine. Its URL and certificate authority are in the state folder, so they
 * are known before it runs.
 *
 * @param hostAddress address at which the cluster's pods reach this machine; undefined if they
 *   share its 127.0.0.1
 */
export async function embeddedGitLab(stack: string, hostAddress: string | undefined): Promise<GitLabInstance> {
  const folder = embeddedGitLabFolder(new StateFolder(), stack);
  const { url, caFile } = await reserveGitLab(folder);
  const server = new EmbeddedGitLab("gitlab", {
    stack,
    team: embeddedTeam,
    addresses: hostAddress === undefined ? [] : [hostAddress],
  });
  return {
    url,
    gitUrl: hostAddress === undefined ? url : url.replace("127.0.0.1", hostAddress),
    caFile,
    caBundle: readFileSync(caFile, "utf8"),
    features: featuresOf(readSettings(layoutOf(folder).settings).tier, url),
    token: server.token,
    provider: new gitlab.Provider(
      "gitlab",
      // The URL of the resource, so that the provider waits until the server runs.
      { baseUrl: server.url, token: server.token, cacertFile: caFile },
      { deletedWith: server },
    ),
    namespace: { path: embeddedTeam, id: server.group },
    owned: server,
    existing: new Map(),
  };
}
