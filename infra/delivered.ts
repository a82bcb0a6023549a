import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { connectGitLab } from "../core/gitlab-client.js";
import { fluxSystem } from "../delivery/gotk-sync.js";
import { converge } from "../delivery/live/converge.js";
import { readCluster } from "../delivery/live/read.js";
import type { Cluster } from "./cluster/cluster.js";
import type { GitLabInstance } from "./gitlab/instance.js";
import type { Repository } from "./gitlab/repository.js";
import { runError } from "./run-error.js";

/** What is awaited at the end of an update. */
export interface DeliveredArgs {
  readonly cluster: Cluster;
  readonly instance: GitLabInstance;
  readonly repositories: readonly Repository[];
  readonly branch: string;
  /** Resolved once everything that Flux needs exists. */
  readonly after: pulumi.Input<unknown>;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Ends when every object that Flux drives is Ready at the heads of the repositories, in every update, also in one that
 * changes nothing. A preview does not wait.
 *
 * @returns true; there is no false, since what is not delivered fails the update
 * @throws pulumi.RunError that names each object that is not Ready, in its own conditions' words
 */
export function delivered(args: DeliveredArgs): pulumi.Output<boolean> {
  const passwords = args.repositories.map((one) => one.credential.password);
  const inputs = pulumi.all([args.cluster.kubeconfig, args.instance.token, pulumi.all(passwords), args.after]);
  const awaited = inputs.apply(async ([kubeconfig, token, tokens]) => {
    if (pulumi.runtime.isDryRun()) return true;
    try {
      await awaitDelivery(args, kubeconfig, token, tokens);
      return true;
    } catch (error) {
      throw runError(error);
    }
  });
  return pulumi.unsecret(awaited);
}

async function awaitDelivery(
  args: DeliveredArgs,
  kubeconfig: string,
  token: string,
  readTokens: readonly string[],
): Promise<void> {
  const { url, caFile } = args.instance;
  const client = connectGitLab({ url, token, ...(caFile && { caFile }) });
  const heads = await Promise.all(
    args.repositories.map(async (repository): Promise<[string, string]> => {
      const branch = await client.Branches.show(repository.fullPath, args.branch);
      return [repository.url, branch.commit.id];
    }),
  );
  const marks = args.repositories.map(({ url: address }, index): [string, string] => [
    address,
    markOf(readTokens[index] ?? ""),
  ]);
  const required = ["GitRepository", "Kustomization"].map((kind) => `${kind} ${fluxSystem}/${fluxSystem}`);
  await converge(
    await readCluster(kubeconfig),
    { heads: new Map(heads), required, credentials: new Map(marks) },
    { timeout: args.timeout, progress: (line) => void pulumi.log.info(line, undefined, undefined, true) },
  );
}

/** Tells one credential from the next and nothing about it: a token has far too many bits to be guessed from these. */
function markOf(credential: string): string {
  return createHash("sha256").update(credential).digest("hex").slice(0, 12);
}
