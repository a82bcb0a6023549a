import type { KubeApi } from "../../packages/kit/kube-api.js";
import { waitFor } from "../../packages/kit/wait.js";
import { belongsTo } from "./cases.js";
import { inventoryOf, listOf, nameOf, type ObservedObject, type Snapshot } from "./observe.js";

/** Objects that decide whether a case has an outcome. */
export interface Movement {
  readonly sources: readonly ObservedObject[];
  readonly kustomizations: readonly ObservedObject[];
  readonly releases: readonly ObservedObject[];
  readonly charts: readonly ObservedObject[];
  readonly namespaces: readonly ObservedObject[];
  /** The API server may forget a deletion, and continues it within five minutes. */
  readonly definitions: readonly ObservedObject[];
}

/** A condition of a Flux object. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** Why the outcome of a case is not known yet; empty when it is. Pure. */
export function pendingObjects(name: string, sha: string, movement: Movement): string[] {
  const mine = (all: readonly ObservedObject[]) => all.filter((object) => belongsTo(name, object.metadata));
  const kustomizations = mine(movement.kustomizations);
  const expected = expectedRevisions(mine(movement.sources), sha);
  const fetched = mine(movement.sources).filter(
    (one) => !one.status?.artifact?.revision?.endsWith(expected.get(one.metadata.name)),
  );
  const byName = new Map(movement.kustomizations.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  const late = kustomizations.flatMap((one) => {
    if (one.spec.suspend) return [];
    const ready = readyOf(one);
    if (isMoving(one) || !ready) return [`${nameOf(one)} is being reconciled`];
    const revision = expected.get(one.spec.sourceRef?.name) ?? `:${sha}`;
    if (one.status.lastAttemptedRevision?.endsWith(revision)) return [];
    if (ready.status === "True") return [`${nameOf(one)} has not seen ${sha.slice(0, 8)}`];
    if (ready.reason !== "DependencyNotReady")
      return ready.reason === "ArtifactFailed" ? [] : [`${nameOf(one)} is behind`];
    const waitsFor: { name: string; namespace?: string; readyExpr?: string }[] = one.spec.dependsOn ?? [];
    // Only the controller evaluates expressions: `kustomizationsToReconcile` includes it.
    if (waitsFor.some(({ readyExpr }) => readyExpr)) return [];
    const free = waitsFor.every((other) => {
      const found = byName.get(`${other.namespace ?? one.metadata.namespace}/${other.name}`);
      const applied = found && (expected.get(found.spec.sourceRef?.name) ?? `:${sha}`);
      return found && readyOf(found)?.status === "True" && found.status.lastAppliedRevision?.endsWith(applied);
    });
    return free ? [`${nameOf(one)} will check its dependencies again`] : [];
  });
  const packed = mine(movement.charts).filter(
    (chart) => isMoving(chart) || !chart.status?.observedSourceArtifactRevision?.endsWith(`:${sha}`),
  );
  const artifacts = new Map(
    movement.charts.map(({ metadata, status }) => [
      `${metadata.namespace}/${metadata.name}`,
      status?.artifact?.revision,
    ]),
  );
  const upgraded = mine(movement.releases).filter(
    (one) => isMoving(one) || one.status.lastAttemptedRevision !== artifacts.get(one.status.helmChart),
  );
  const { namespaces, definitions, releases } = movement;
  const going = [...kustomizations, ...mine([...namespaces, ...definitions, ...releases])].filter(
    (object) => object.metadata.deletionTimestamp,
  );
  return [
    ...(kustomizations.length === 0 ? [`no Kustomization of ${name}`] : []),
    ...fetched.map((source) => `${nameOf(source)} has not fetched ${sha.slice(0, 8)}`),
    ...late,
    ...packed.map((chart) => `${nameOf(chart)} is being packed`),
    ...upgraded.map((one) => `${nameOf(one)} is being reconciled`),
    ...going.map((object) => `${nameOf(object)} is being deleted`),
  ];
}

/**
 * End of each source's revision, by name: main moves with the merge, and other branches, tags and
 * commits stay.
 */
function expectedRevisions(sources: readonly ObservedObject[], sha: string): ReadonlyMap<string, string> {
  return new Map(
    sources.map(({ metadata, spec, status }) => [
      metadata.name,
      (spec?.ref?.branch ?? "main") === "main" && !spec?.ref?.tag && !spec?.ref?.commit
        ? `:${sha}`
        : (status?.artifact?.revision ?? "none"),
    ]),
  );
}

/**
 * Kustomizations whose next reconciliation may have another result: another owner deleted their
 * objects, their variables may have changed, or they wait for an expression about a dependency.
 * Pure.
 */
export function kustomizationsToReconcile(now: Snapshot): ObservedObject[] {
  return [...now.values()].filter((one) => {
    if (one.kind !== "Kustomization" || one.spec.suspend) return false;
    const ready = readyOf(one);
    if (ready?.status === "True")
      return one.spec.postBuild?.substituteFrom?.length > 0 || inventoryOf(one).some((key) => !now.has(key));
    return ready?.reason === "DependencyNotReady" && one.spec.dependsOn?.some((other: object) => "readyExpr" in other);
  });
}

/** The condition Ready; undefined when there is none yet. */
export function readyOf(object: ObservedObject | undefined): Condition | undefined {
  return object?.status?.conditions?.find(({ type }: Condition) => type === "Ready");
}

/**
 * Waits until every case has an outcome that does not change for a few seconds.
 *
 * @param revisions commit of main by case
 * @returns what pending cases wait for, by case
 */
export async function waitForOutcomes(
  api: KubeApi,
  revisions: ReadonlyMap<string, string>,
  progress: (text: string) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const quiet = 5_000;
  const since = new Map<string, { state: string; from: number }>();
  const open = new Map<string, readonly string[]>();
  const options = { timeout: 400_000, interval: 1_000, where: "the real cluster", fix: "read the controllers' logs" };
  try {
    await waitFor({ what: "the outcome of every case", progress, ...options }, async () => {
      const movement = await look(api);
      open.clear();
      for (const [name, sha] of revisions) {
        const reasons = pendingObjects(name, sha, movement);
        const state = fingerprint(name, movement);
        if (reasons.length > 0) since.delete(name);
        else if (since.get(name)?.state !== state) since.set(name, { state, from: Date.now() });
        const from = since.get(name)?.from;
        if (from === undefined) open.set(name, reasons);
        else if (Date.now() - from < quiet) open.set(name, [`${name} may still change`]);
      }
      if (open.size === 0) return { done: true, value: undefined };
      const missing = [...open.values()].flat();
      const shown = missing.slice(0, 3).join(", ");
      return { done: false, missing: missing.length > 3 ? `${shown} and ${missing.length - 3} more` : shown };
    });
  } catch (error) {
    // The other cases still have an outcome.
    if (open.size === 0) throw error;
  }
  return open;
}

async function look(api: KubeApi): Promise<Movement> {
  const [sources, kustomizations, releases, charts, namespaces, definitions] = await Promise.all([
    listOf(api, "source.toolkit.fluxcd.io/v1", "GitRepository", "gitrepositories"),
    listOf(api, "kustomize.toolkit.fluxcd.io/v1", "Kustomization", "kustomizations"),
    listOf(api, "helm.toolkit.fluxcd.io/v2", "HelmRelease", "helmreleases"),
    listOf(api, "source.toolkit.fluxcd.io/v1", "HelmChart", "helmcharts"),
    listOf(api, "v1", "Namespace", "namespaces"),
    listOf(api, "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions"),
  ]);
  return { sources, kustomizations, releases, charts, namespaces, definitions };
}

/**
 * A failed object keeps its Reconciling condition for the next attempts, and its observed
 * generation stays behind.
 */
function isMoving(object: ObservedObject): boolean {
  const ready = readyOf(object);
  if (!ready || ready.status === "Unknown" || ready.observedGeneration !== object.metadata.generation) return true;
  const conditions: Condition[] = object.status.conditions;
  return ready.status === "True" && conditions.some(({ type, status }) => type === "Reconciling" && status === "True");
}

function fingerprint(name: string, { kustomizations, releases, charts, namespaces }: Movement): string {
  const mine = [...kustomizations, ...releases, ...charts, ...namespaces].filter((one) =>
    belongsTo(name, one.metadata),
  );
  return JSON.stringify(mine.map((one) => [one.metadata.uid, one.metadata.generation, readyOf(one)]));
}
