import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { readCluster } from "@timonier/health/cluster-reader";
import { reconciledSince } from "@timonier/health/delivery-health";
import { resume } from "@timonier/health/drain";
import { requiredControllers, requiredImageControllers } from "@timonier/health/flux-controllers";
import { waitForDelivery } from "@timonier/health/wait-for-delivery";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { type Cluster, OWNER_ANNOTATION } from "../cluster/cluster.js";
import type { GitLabInstance } from "../gitlab/gitlab-instance.js";
import type { Repository } from "../gitlab/repository/repository.js";
import { logProgress } from "../log-progress.js";
import { supervised } from "./supervision.js";

/** Exit code that tells Pulumi's language host that the program has logged the error itself. */
const ENDED_WITH_MESSAGE = 32;

/** What an update waits for at its end. */
export interface AwaitDeliveryArgs {
  readonly cluster: Cluster;
  readonly instance: GitLabInstance;
  readonly repositories: readonly Repository[];
  readonly branch: string;
  /** Whether image updates must work. */
  readonly imageAutomation: boolean;
  /** Resolved once everything that Flux needs exists. */
  readonly after: pulumi.Input<unknown>;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Waits until every object that Flux manages is Ready at the heads of the repositories. Every
 * update waits, also one that changes nothing; a preview does not.
 *
 * @returns false when a merge request must be merged first, and when the delivery fails. A failed
 *   delivery fails the update with an error that names each object that is not Ready, with the
 *   messages of its conditions
 */
export function awaitDelivery(args: AwaitDeliveryArgs): pulumi.Output<boolean> {
  const passwords = args.repositories.map((one) => one.credential.password);
  const requests = args.repositories.map((one) => one.firstCommit.mergeRequest);
  const upgrades = args.repositories.map((one) => one.firstCommit.upgradeRequest);
  const inputs = pulumi.all([
    args.cluster.kubeconfig,
    args.instance.token,
    pulumi.all(passwords),
    pulumi.all(requests),
    pulumi.all(upgrades),
    args.after,
    args.cluster.startedAt,
  ]);
  const whileSupervised = supervised(args.cluster);
  const awaited = inputs.apply(async ([kubeconfig, token, tokens, numbers, newer, , startedAt]) => {
    if (pulumi.runtime.isDryRun()) return true;
    try {
      const known = { kubeconfig, token, tokens, numbers, newer, startedAt };
      return await whileSupervised((signal) => deliver(args, { ...known, signal }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Logged and not thrown: the update fails, but the stack keeps its outputs, which `status`
      // needs.
      await pulumi.log.error(error.message);
      process.exitCode = ENDED_WITH_MESSAGE;
      return false;
    }
  });
  return pulumi.unsecret(awaited);
}

/** Values that are known when the wait begins. */
interface Known {
  readonly kubeconfig: string;
  /** Administrator's token for GitLab. */
  readonly token: string;
  /** Tokens with which Flux reads, by repository. */
  readonly tokens: readonly string[];
  /** Numbers of merge requests with the cluster's manifests, by repository. */
  readonly numbers: ReadonlyArray<number | undefined>;
  /** Numbers of merge requests with a newer Flux, by repository. */
  readonly newer: ReadonlyArray<number | undefined>;
  /** See {@link Cluster.startedAt}. */
  readonly startedAt: string | undefined;
  /** Ends the wait when the cluster is lost. */
  readonly signal: AbortSignal;
}

async function deliver(args: AwaitDeliveryArgs, known: Known): Promise<boolean> {
  await resumeFlux(args.cluster, known.kubeconfig);
  // Loaded on demand: a preview does not need it.
  const { connectGitLab } = await import("@timonier/kit/gitlab-client");
  const client = connectGitLab({
    url: args.instance.url,
    token: known.token,
    ...(args.instance.caFile && { caFile: args.instance.caFile }),
  });
  const open = await openRequests(client, args.repositories, known.numbers);
  for (const url of open) void pulumi.log.warn(`the cluster's manifests wait to be merged: ${url}`);
  // The cluster works without a newer Flux, so the update does not fail.
  for (const url of await openRequests(client, args.repositories, known.newer))
    void pulumi.log.warn(`a newer Flux waits to be merged: ${url}`);
  if (open.length > 0) return false;
  await converged(args, client, known);
  return true;
}

/** Resumes Flux, which a `down` that failed half way has suspended. */
async function resumeFlux({ name, ownerAnnotations }: Cluster, kubeconfig: string): Promise<void> {
  if (Object.keys(ownerAnnotations).length === 0) return;
  // An error is ignored: the wait below retries, and reports what is still suspended.
  if (await resume(kubeconfig, { annotation: OWNER_ANNOTATION, value: name }).catch(() => false))
    await pulumi.log.info("Flux was suspended by a `down` that did not finish: resumed");
}

/** URLs of the merge requests that are still open. */
async function openRequests(
  client: GitLab,
  repositories: readonly Repository[],
  numbers: readonly (number | undefined)[],
): Promise<string[]> {
  const found = await Promise.all(
    repositories.map(async ({ fullPath }, index) => {
      const number = numbers[index];
      return number === undefined ? undefined : client.MergeRequests.show(fullPath, number);
    }),
  );
  return found.flatMap((request) => (request?.state === "opened" ? [request.web_url] : []));
}

async function converged(
  args: AwaitDeliveryArgs,
  client: GitLab,
  { kubeconfig, tokens, signal, startedAt }: Known,
): Promise<void> {
  const heads = await Promise.all(
    args.repositories.map(async (repository): Promise<[string, string]> => {
      const branch = await client.Branches.show(repository.fullPath, args.branch);
      return [repository.url, branch.commit.id];
    }),
  );
  const marks = args.repositories.map(({ url: address }, index): [string, string] => [
    address,
    markOf(tokens[index] ?? ""),
  ]);
  const own = ["GitRepository", "Kustomization"].map((kind) => `${kind} ${fluxSystem}/${fluxSystem}`);
  await waitForDelivery(
    await readCluster(kubeconfig),
    {
      heads: new Map(heads),
      required: [...own, ...requiredControllers, ...(args.imageAutomation ? requiredImageControllers : [])],
      credentials: new Map(marks),
      since: reconciledSince(startedAt, Date.now()),
    },
    { timeout: args.timeout, progress: logProgress, signal },
  );
}

/**
 * Short hash that distinguishes credentials in the cluster's annotations. A token has too many bits
 * to be guessed from it.
 */
function markOf(credential: string): string {
  return createHash("sha256").update(credential).digest("hex").slice(0, 12);
}
