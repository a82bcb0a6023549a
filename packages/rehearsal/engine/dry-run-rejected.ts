import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError } from "@timonier/kit/kube-api";
import { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { execa } from "execa";
import { x as extract } from "tar";
import { parseAllDocuments } from "yaml";
import { at, isKubeObject, type KubeObject, keyOf, labelOf, textAt } from "../model/kube-objects.js";
import type { Outcome } from "../model/outcome.js";
import { isKustomization } from "../model/owners.js";
import { rejectedIn } from "../model/rejections.js";
import type { DryRun, RevisionState } from "../model/revision-state.js";
import { type ApplyClient, applyOne } from "./apply.js";
import { FLUX_MANAGER } from "./flux-controllers.js";
import { gitIn } from "./git-clone.js";
import type { RehearsalCluster, RehearsalContext } from "./rehearsal-cluster.js";

/** A commit in a repository. */
interface Commit {
  readonly gitDir: string;
  readonly commit: string;
}

/**
 * Dry runs of every object of the rejected Kustomizations, one by one: their controller stops at
 * the first rejection, and reports neither the other rejections nor the objects that it did not
 * apply.
 *
 * @param commitOf commit of a source's tree, with its repository; undefined for a source that is not served here
 */
export async function dryRunRejected(
  cluster: RehearsalCluster,
  state: Pick<RevisionState, "snapshot" | "outcomes">,
  commitOf: (source: KubeObject) => Commit | undefined,
  { flux }: RehearsalContext,
): Promise<DryRun[]> {
  const outcomes = new Map(state.outcomes);
  const rejected = state.snapshot.filter((one) => {
    // Objects for another cluster are not validated by this API server.
    const isHere = isKustomization(one) && at(one, "spec", "kubeConfig") === undefined;
    const outcome = isHere ? outcomes.get(keyOf(one)) : undefined;
    return outcome?.state === "stalled" && outcome.reason === "ReconciliationFailed";
  });
  const discovery = new KubeDiscovery(cluster.api);
  const dryRuns: DryRun[] = [];
  for (const kustomization of rejected) {
    const source = sourceOf(kustomization, state);
    const commit = source && commitOf(source);
    if (!commit) continue;
    const objects = await build(cluster, kustomization, commit, flux);
    const message = (outcomes.get(keyOf(kustomization)) as Extract<Outcome, { state: "stalled" }>).message;
    const client = { api: cluster.api, discovery };
    for (const object of objects) dryRuns.push(await dryRunObject(client, object, { kustomization, message }));
  }
  return dryRuns;
}

function sourceOf(kustomization: KubeObject, { snapshot }: Pick<RevisionState, "snapshot">): KubeObject | undefined {
  const ref = (kustomization.spec as { sourceRef: { kind: string; name: string; namespace?: string } }).sourceRef;
  const namespace = ref.namespace ?? kustomization.metadata.namespace;
  return snapshot.find(
    ({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name && metadata.namespace === namespace,
  );
}

/** The manifests that the flux command builds from a Kustomization and a folder. Empty when it cannot build them. */
async function build(
  cluster: RehearsalCluster,
  { metadata, spec }: KubeObject,
  { gitDir, commit }: Commit,
  flux: string,
): Promise<KubeObject[]> {
  const folder = await mkdtemp(join(tmpdir(), "timonier-rehearsal-"));
  try {
    const archive = join(folder, "tree.tar");
    await writeFile(archive, await gitIn(gitDir, ["archive", "--format=tar", commit]), { mode: 0o600 });
    await extract({ file: archive, cwd: folder });
    const path = join(folder, textAt({ spec }, "spec", "path") ?? ".");
    const args = ["build", "kustomization", metadata.name, "-n", metadata.namespace ?? "", "--path", path];
    const { stdout } = await execa(flux, [...args, "--kubeconfig", cluster.layout.cluster.kubeconfig], {
      env: { HOME: folder },
      timeout: 30_000,
      maxBuffer: 2e8,
    });
    return parseAllDocuments(stdout)
      .map((document): unknown => document.toJS())
      .filter(isKubeObject);
  } catch {
    // The controller's message already explains a build that fails.
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A Kustomization that was rejected, and the message of its controller. */
interface RejectedKustomization {
  readonly kustomization: KubeObject;
  readonly message: string;
}

async function dryRunObject(
  client: ApplyClient,
  object: KubeObject,
  { kustomization, message }: RejectedKustomization,
): Promise<DryRun> {
  const owner = labelOf(kustomization);
  const named = rejectedIn({ message });
  const isNamed =
    named?.kind === object.kind && named.name === object.metadata.name && named.namespace === object.metadata.namespace;
  const served = await client.discovery.kind(object.apiVersion, object.kind);
  if (served?.namespaced && object.metadata.namespace === undefined) {
    return { object, owner, rejection: "no namespace is specified" };
  }
  try {
    const result = await applyOne(client, object, FLUX_MANAGER, true);
    // The administrator may apply what the controller may not apply on behalf of a tenant.
    return isNamed ? { object, owner, rejection: message } : { object, owner, result };
  } catch (error) {
    const rejection =
      error instanceof ApiError ? error.message : `there is no kind ${object.kind} in ${object.apiVersion}`;
    return { object, owner, rejection };
  }
}
