import { readFileSync } from "node:fs";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { connectGitLab } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { stopAtFatal } from "../finding.js";
import { existingRepositories } from "./existing-repositories.js";
import { featuresOf, type GitLabInstance, type GitLabNamespace } from "./gitlab-instance.js";
import { isOfficialPlugin } from "./official.js";
import { gatherFacts } from "./preflight/gather-gitlab.js";
import type { Facts, Wanted } from "./preflight/gitlab-facts.js";
import { judge } from "./preflight/judge-gitlab.js";
import { groupMark } from "./preflight/read-namespace.js";

/** Where a GitLab is, and what the program wants there. */
export interface RemoteGitLab {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly wanted: Wanted;
  /** Refuse to delete the group that the stack made. */
  readonly protect: boolean;
}

/**
 * gitlab.com or a self-managed server, once it is known that everything can be made there.
 *
 * @param token administrator's token: setting gitlab:token or GITLAB_TOKEN
 * @throws UserError when there is no token, or the first thing that has to be mended beforehand
 */
export async function remoteGitLab(remote: RemoteGitLab, token: string | undefined): Promise<GitLabInstance> {
  const { url, caFile, wanted } = remote;
  if (!token) {
    throw new UserError(
      "there is no GitLab token",
      `the stack's configuration, for ${url}`,
      "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
    );
  }
  const progress = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
  const client = connectGitLab({ url, token, progress, ...(caFile && { caFile }) });
  const facts = await gatherFacts(client, url, wanted);
  stopAtFatal(judge(facts, wanted, Date.now()));
  const secret = pulumi.secret(token);
  const provider = new gitlab.Provider("gitlab", {
    baseUrl: url,
    token: secret,
    ...(caFile && { cacertFile: caFile }),
  });
  return {
    url,
    gitUrl: url,
    caFile,
    caBundle: caFile && readFileSync(caFile, "utf8"),
    features: featuresOf(facts.tier, url, isOfficialPlugin()),
    token: secret,
    provider,
    namespace: namespaceOf(facts, remote, provider),
    owned: undefined,
    existing: existingRepositories(facts, wanted),
  };
}

/** The namespace that is there, or the group that the stack makes. */
function namespaceOf(facts: Facts, { wanted, protect }: RemoteGitLab, provider: gitlab.Provider): GitLabNamespace {
  const { namespace: found, namespacePath: path } = facts;
  if (wanted.namespace === undefined) return { path, id: undefined };
  if (found && !wanted.createNamespace) return { path: found.path, id: found.id };
  const name = path.slice(path.lastIndexOf("/") + 1);
  const parentId = found?.role === "parent" ? found.id : undefined;
  const group = new gitlab.Group(
    "namespace",
    {
      name,
      path: name,
      description: groupMark,
      visibilityLevel: wanted.visibility,
      permanentlyRemoveOnDelete: !protect,
      ...(parentId !== undefined && { parentId }),
    },
    found?.role === "itself" && !found.ours
      ? // Made by people: used as it is, and never deleted.
        { provider, import: String(found.id), ignoreChanges: ["*"], retainOnDelete: true }
      : // Once it is there, its parent is not looked up again.
        { provider, protect, ignoreChanges: ["parentId"] },
  );
  return { path, id: group.id.apply(Number) };
}
