import { readFileSync } from "node:fs";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { connectGitLab } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { stopAtFatal } from "../finding.js";
import { logProgress } from "../log-progress.js";
import { existingRepositories } from "./existing-repositories.js";
import { featuresOf, type GitLabInstance, type GitLabNamespace } from "./gitlab-instance.js";
import { isOfficialPlugin } from "./official.js";
import { gatherFacts } from "./preflight/gather-gitlab.js";
import type { Facts, Wanted } from "./preflight/gitlab-facts.js";
import { judge } from "./preflight/judge-gitlab.js";
import { groupMark } from "./preflight/read-namespace.js";

/** A GitLab that the stack does not own, and what the stack needs there. */
export interface RemoteGitLab {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly wanted: Wanted;
  /** Whether to refuse the deletion of the group that the stack created. */
  readonly protect: boolean;
}

/**
 * gitlab.com or a self-managed server. The preflight examines it first, and changes nothing.
 *
 * @param token administrator's token: setting gitlab:token or GITLAB_TOKEN
 * @throws UserError for a missing token, or the first problem to fix before `up`
 */
export async function remoteGitLab(remote: RemoteGitLab, token: string | undefined): Promise<GitLabInstance> {
  const { url, caFile, wanted } = remote;
  if (!token) {
    throw new UserError(
      "there is no GitLab token",
      `the stack's configuration, for ${url}`,
      "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
      { code: "TIM-403" },
    );
  }
  const client = connectGitLab({ url, token, progress: logProgress, ...(caFile && { caFile }) });
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

/** The existing namespace, or the group that the stack creates. */
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
      ? // People created it: it is used as it is, and never deleted.
        { provider, import: String(found.id), ignoreChanges: ["*"], retainOnDelete: true }
      : // The parent was read before the group existed; later runs find the group itself.
        { provider, protect, ignoreChanges: ["parentId"] },
  );
  return { path, id: group.id.apply(Number) };
}
