import { inspectCluster } from "@timonier/cluster-simulator/lifecycle";
import { viewBetweenReconciliations } from "@timonier/health/between-reconciliations";
import { readCluster } from "@timonier/health/cluster-reader";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { clusterKinds } from "../../infra/cluster/kinds.js";
import { Pulumi, type StackOutputs } from "../stack/pulumi.js";
import type { Stack } from "../stack/stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";
import { progress } from "../terminal.js";
import { daysLeft, describe, type RepositoryStatus, type StatusReport, type TokenStatus } from "./status-report.js";

/** Days before expiry from which a token is a problem; `up` renews tokens much earlier. */
const EXPIRY_WARNING = 7;

/**
 * Reads every part of a stack. A part that does not answer is a problem in the report, and does not
 * hide the others.
 */
export async function collectStatus(stack: Stack): Promise<StatusReport> {
  const pulumi = new Pulumi(stack);
  const outputs = await pulumi.outputs();
  const problems: string[] = [];
  const attempt = async <T>(part: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      problems.push(`${part}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
      return otherwise;
    }
  };
  if (!outputs) return nothingUp(stack, await pulumi.exists());
  const { inspect } = clusterKinds[outputs.clusterKind];

  const cluster = () => readCluster(outputs.kubeconfig);
  const [own, { repositories, tokens }, view, images] = await Promise.all([
    attempt("cluster", () => inspect(stack.clusterFolder, stack.state.bin, progress), undefined),
    attempt("GitLab", () => gitlabStatus(stack, outputs), { repositories: [], tokens: [] }),
    attempt("cluster", async () => viewBetweenReconciliations(await cluster()), undefined),
    // Without the controllers there are no such kinds. An error is reported for the view.
    outputs.imageAutomation
      ? cluster()
          .then((reader) => reader.images())
          .catch(() => [])
      : [],
  ]);
  if (own && own.state !== "running") {
    problems.push(`cluster: ${own.state}; missing: ${own.missing.join(", ") || "everything"}`);
  }
  const { flux, workloads } = view ? describe(view, repositories, images) : { flux: [], workloads: [] };
  const state = own?.state ?? (view ? "running" : "unreachable");
  problems.push(
    ...[...flux, ...workloads]
      .filter((one) => !one.ready && one.message !== "not applied by Flux")
      .map((one) => `${one.kind} ${one.namespace}/${one.name}: ${one.message}`),
    ...repositories.filter((one) => !one.protected).map((one) => `${one.url}: branch ${one.branch} is not protected`),
    ...tokens
      .filter((one) => one.daysLeft !== null && one.daysLeft < EXPIRY_WARNING)
      .map((one) => `token ${one.name}: ${one.daysLeft} days left; \`npm run up\` renews it`),
  );
  return {
    stack: stack.name,
    ok: problems.length === 0,
    cluster: { name: outputs.cluster, kubernetesVersion: outputs.kubernetesVersion, state },
    repositories,
    tokens,
    flux,
    workloads,
    problems,
  };
}

async function nothingUp(stack: Stack, begun: boolean): Promise<StatusReport> {
  const { state } = await inspectCluster(stack.clusterFolder);
  return {
    stack: stack.name,
    ok: false,
    cluster: { name: stack.name, kubernetesVersion: "", state },
    repositories: [],
    tokens: [],
    flux: [],
    workloads: [],
    problems: [`stack ${stack.name}: ${begun ? "the last update failed" : "not created yet"}; run: npm run up`],
  };
}

async function gitlabStatus(stack: Stack, outputs: StackOutputs) {
  // A short timeout, so that `status` reports soon that GitLab does not answer.
  const client = await stackGitLab(stack, outputs, "administrator", { timeout: 5_000, retries: 1 });
  const statuses = await Promise.all(
    [outputs.setupRepository, outputs.applicationRepository].map((url) => repositoryStatus(client, outputs, url)),
  );
  return {
    repositories: statuses.map((one) => one.repository),
    tokens: [await ownToken(client), ...statuses.flatMap((one) => one.tokens)],
  };
}

async function repositoryStatus(client: GitLab, outputs: StackOutputs, url: string) {
  const project = projectOf(outputs, url);
  const [branch, protections, deployTokens, accessTokens] = await Promise.all([
    client.Branches.show(project, outputs.branch),
    client.ProtectedBranches.all(project),
    client.DeployTokens.all({ projectId: project }),
    // Without a licence for project access tokens, GitLab answers 404.
    client.ProjectAccessTokens.all(project).catch((error: unknown) => {
      if (isGone(error)) return [];
      throw error;
    }),
  ]);
  const rule = protections.find((one) => one.name === outputs.branch);
  const isProtected = rule?.push_access_levels?.every((level) => level.access_level === 0) ?? false;
  const repository: RepositoryStatus = {
    url,
    branch: outputs.branch,
    head: branch.commit.id,
    protected: isProtected,
  };
  const tokens = deployTokens.map(
    (token): TokenStatus => ({
      name: token.name,
      owner: `deploy token of ${project}`,
      scopes: token.scopes ?? [],
      daysLeft: daysLeft(token.expires_at, Date.now()),
    }),
  );
  const bots = accessTokens
    .filter(({ active }) => active)
    .map(
      (token): TokenStatus => ({
        name: token.name,
        owner: token.scopes?.includes("write_repository")
          ? `image updates of ${project}, by a cluster`
          : `pipelines of ${project}`,
        scopes: token.scopes ?? [],
        daysLeft: daysLeft(token.expires_at, Date.now()),
      }),
    );
  return { repository, tokens: [...tokens, ...bots] };
}

async function ownToken(client: GitLab): Promise<TokenStatus> {
  const token = await client.PersonalAccessTokens.show();
  return {
    name: token.name,
    owner: "administrator, used by Pulumi alone",
    scopes: token.scopes ?? [],
    daysLeft: daysLeft(token.expires_at, Date.now()),
  };
}
