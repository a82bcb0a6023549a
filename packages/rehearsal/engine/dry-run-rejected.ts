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
import { applyOne } from "./apply.js";
import { gitIn } from "./git-clone.js";
import { FLUX_MANAGER, type RehearsalCluster, type RehearsalContext } from "./rehearsal-cluster.js";

/** A tree as it is in a repository. */
interface Commit {
  readonly gitDir: string;
  readonly commit: string;
}

/**
 * What Kustomizations that were refused would have applied, each object tried by itself: their controller stops at the first refusal, and
 * says neither the others nor what it left out because of it.
 *
 * @param commitOf commit of a source's tree, with its repository; undefined for one that is not served here
 */
export async function dryRunRejected(
  cluster: RehearsalCluster,
  state: Pick<RevisionState, "snapshot" | "answers">,
  commitOf: (source: KubeObject) => Commit | undefined,
  { flux }: RehearsalContext,
): Promise<DryRun[]> {
  const outcomes = new Map(state.outcomes);
  const rejected = state.snapshot.filter((one) => {
    // What it applies elsewhere, this API server cannot judge.
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
    for (const object of objects) dryRuns.push(await dryRunObject(cluster, discovery, object, kustomization, message));
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

/** The manifests, as the flux command builds them from the Kustomization in the cluster and a folder. Empty where it cannot. */
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
    // What cannot be built is refused as a whole, in the controller's words.
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function dryRunObject(
  cluster: RehearsalCluster,
  discovery: KubeDiscovery,
  object: KubeObject,
  kustomization: KubeObject,
  message: string,
): Promise<DryRun> {
  const owner = labelOf(kustomization);
  const named = rejectedIn({ message });
  const isNamed =
    named?.kind === object.kind && named.name === object.metadata.name && named.namespace === object.metadata.namespace;
  const served = await discovery.kind(object.apiVersion, object.kind);
  if (served?.namespaced && object.metadata.namespace === undefined) {
    return { object, owner, rejection: "no namespace is specified" };
  }
  try {
    const result = await applyOne(cluster.api, discovery, object, FLUX_MANAGER, true);
    // What the controller may not do on behalf of a tenant, the administrator may.
    return isNamed ? { object, owner, rejection: message } : { object, owner, result };
  } catch (error) {
    const rejection =
      error instanceof ApiError ? error.message : `there is no kind ${object.kind} in ${object.apiVersion}`;
    return { object, owner, rejection };
  }
}
