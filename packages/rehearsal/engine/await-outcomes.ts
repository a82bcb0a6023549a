import { elapsed } from "@timonier/kit/progress";
import { sourceOf } from "../model/flux-objects.js";
import { conditionOf, type KubeObject, keyOf, refOf, type Snapshot, textAt } from "../model/kube-objects.js";
import { podsLag } from "../model/lagging.js";
import type { Outcome } from "../model/outcome.js";
import type { FluxView } from "../model/outcomes/lookup.js";
import { outcomes } from "../model/outcomes.js";
import { readiness } from "../model/readiness.js";
import { assumeReady, setReady, withdrawAssumption } from "./assume.js";
import type { ClusterWatch } from "./cluster-watch.js";
import type { Rehearsal } from "./rehearsal.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";

/** Outcomes of everything that Flux reconciles, and what they were derived from. */
export interface AwaitedOutcomes {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Workloads that do not become ready, with the reason, by key. */
  readonly failing: ReadonlyMap<string, string>;
  /** Objects that the watches had received: the outcomes were derived from these only. */
  readonly watched: Snapshot;
}

/** How long nothing may change before workloads that are not ready count as failing. Milliseconds. */
const QUIET = 8_000;
/** Additional time for pods that no controller has reconciled yet. Milliseconds. */
const LAG = 20_000;
/**
 * Pause between two requests to reconcile an object: a new request cancels the health check of the
 * last one. Milliseconds.
 */
const REQUEST_PAUSE = 4_000;
/**
 * The same for a release that has not answered: a request makes a running installation or upgrade
 * fail. Milliseconds.
 */
const RELEASE_PAUSE = 20_000;

/** A request to reconcile an object. */
interface ReconcileRequest {
  readonly token: string;
  /** How many revisions had been reconciled when it was sent: a later one may have brought what was missing. */
  readonly reconciled: number;
  readonly time: number;
}

/**
 * Waits until every Kustomization and HelmRelease has an outcome, and returns at once when that is the case.
 *
 * @param expected commit that a source has to reach; undefined for a source that is not served here
 * @param timeout milliseconds after which pending outcomes are returned as they are
 */
export async function awaitOutcomes(
  { cluster, watch, context: { progress, signal } }: Pick<Rehearsal, "cluster" | "watch" | "context">,
  expected: (source: KubeObject) => string | undefined,
  timeout: number,
): Promise<AwaitedOutcomes> {
  const start = Date.now();
  const reconciled = new Set<string>();
  const requests = new Map<string, ReconcileRequest>();
  let reported = "";
  let states = "";
  let lastChange = start;
  for (;;) {
    signal?.throwIfAborted();
    const quiet = watch.quiet - (podsLag(watch.workloads, watch.pods) ? LAG : 0);
    const view: FluxView = {
      flux: watch.flux,
      workloads: watch.workloads,
      pods: watch.pods,
      expected,
      requested: (key) => (requests.get(key)?.reconciled === reconciled.size ? requests.get(key)?.token : undefined),
      quiet,
      required: (key) => watch.requests.get(key),
      still: Date.now() - lastChange,
    };
    const found = outcomes(view);
    const now = statesOf(found);
    if (now !== states) lastChange = Date.now();
    states = now;
    for (const object of view.flux) {
      if (found.get(keyOf(object))?.state === "reconciled") reconciled.add(revisionKeyOf(object));
    }
    const open = view.flux.filter((one) => isOpen(one, found.get(keyOf(one))));
    const { ended, failing } = unreadyWorkloads(view);
    const late = Date.now() - start > timeout;
    if (late || (watch.complete && open.length === 0 && (ended || quiet > QUIET)))
      return { outcomes: found, failing, watched: [...view.flux, ...view.workloads] };
    await Promise.all(view.flux.map((object) => bridge(cluster, view.flux, object, found.get(keyOf(object)))));
    const first = open[0];
    const awaited = first ? waitsFor(found.get(keyOf(first))) : "workloads";
    if (awaited !== reported && Date.now() - start > 5_000) progress(`rehearsal: ${awaited} (${elapsed(start)})`);
    reported = awaited;
    const due = open.flatMap((object) => {
      const outcome = found.get(keyOf(object));
      const last = requests.get(keyOf(object));
      return isDue(object, outcome, last, { reconciled: reconciled.size, quiet: watch.quiet })
        ? [{ object, outcome }]
        : [];
    });
    await Promise.all(
      due.map(async ({ object, outcome }) => {
        const token = `rehearsal-${Date.now()}`;
        requests.set(keyOf(object), { token, reconciled: reconciled.size, time: Date.now() });
        await requestReconcile(cluster, object, token, outcome?.state === "pending" && outcome.reset === true);
      }),
    );
    await watch.change(100);
  }
}

/** Whether an object should be reconciled now. What failed waits until the others have come as far as they can. */
function isDue(
  object: KubeObject,
  outcome: Outcome | undefined,
  last: ReconcileRequest | undefined,
  now: { readonly reconciled: number; readonly quiet: number },
): boolean {
  if (outcome?.state !== "pending" || !outcome.requestNow) return false;
  if (last !== undefined && Date.now() - last.time < pauseAfter(object, last.token)) return false;
  return !outcome.retriesLast || (last?.reconciled !== now.reconciled && now.quiet >= 150);
}

function pauseAfter(object: KubeObject, token: string): number {
  const isAnswered = textAt(object, "status", "lastHandledReconcileAt") === token;
  return object.kind === "HelmRelease" && !isAnswered ? RELEASE_PAUSE : REQUEST_PAUSE;
}

/** State of every outcome, without the reasons. */
function statesOf(found: ReadonlyMap<string, Outcome>): string {
  // source-controller retries a chart that cannot be pulled without end, and its state changes with each try.
  const counted = [...found].filter(([key]) => !key.startsWith("source.toolkit.fluxcd.io/HelmChart/"));
  return counted.map(([key, { state }]) => `${key} ${state}`).join("\n");
}

/**
 * Lets an object that needs something out of reach count as Ready, so that the rest of the tree is
 * reconciled, and withdraws that when the object or its source changes.
 */
async function bridge(
  cluster: RehearsalCluster,
  flux: Snapshot,
  object: KubeObject,
  outcome: Outcome | undefined,
): Promise<void> {
  if (object.kind === "HelmChart") return;
  if (outcome?.state === "stalled" && outcome.gap) return await assumeReady(cluster, object, sourceOf(object, flux));
  if (outcome?.state === "pending" && outcome.outdated) return await withdrawAssumption(cluster, object);
  if (outcome?.state === "assumed" && conditionOf(object, "Ready")?.status !== "True")
    return await setReady(cluster, object);
}

/**
 * Requests a reconciliation.
 *
 * @param reset makes helm-controller forget its failures
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile
 */
export async function requestReconcile(
  { api, discovery }: RehearsalCluster,
  object: KubeObject,
  token: string,
  reset = false,
): Promise<void> {
  const path = await discovery.path(refOf(object));
  if (path === undefined) return;
  const resetAt = reset && { "reconcile.fluxcd.io/resetAt": token };
  const body = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token, ...resetAt } } };
  // The object may have been deleted meanwhile.
  await api.call({ method: "PATCH", path, query: { fieldManager: "timonier" }, body }).catch(() => {});
}

/** How long a controller may take to reconcile after a request. Milliseconds. */
const RECONCILE_TIMEOUT = 20_000;

/** Requests a reconciliation of some objects, and waits until their controllers have answered. */
export async function reconcileAndWait(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  objects: readonly KubeObject[],
): Promise<void> {
  const token = `rehearsal-${Date.now()}`;
  const keys = new Set(objects.map(keyOf));
  await Promise.all(objects.map((object) => requestReconcile(cluster, object, token)));
  const end = Date.now() + RECONCILE_TIMEOUT;
  const isPending = () =>
    watch.flux.some((one) => keys.has(keyOf(one)) && textAt(one, "status", "lastHandledReconcileAt") !== token);
  while (isPending() && Date.now() < end) await watch.change(100);
}

/** Changes whenever an object has reconciled another revision of itself or of its source. */
function revisionKeyOf(object: KubeObject): string {
  const { uid, generation } = object.metadata;
  const status = object.status as
    | { lastAppliedRevision?: string; artifact?: { revision?: string }; lastAttemptedRevision?: string }
    | undefined;
  return [uid, generation, status?.lastAppliedRevision, status?.artifact?.revision, status?.lastAttemptedRevision].join(
    " ",
  );
}

/** Whether an object has no outcome yet, or the objects that depend on it cannot see its assumed one yet. */
function isOpen(object: KubeObject, outcome: Outcome | undefined): boolean {
  // Only a release waits for a chart. When the release is assumed, the chart does not matter.
  if (object.kind === "HelmChart") return false;
  if (outcome?.state === "assumed") return conditionOf(object, "Ready")?.status !== "True";
  return outcome?.state === "pending" || (outcome?.state === "stalled" && outcome.gap === true);
}

function waitsFor(outcome: Outcome | undefined): string {
  return outcome?.state === "pending" ? outcome.for : "";
}

/** Workloads that are not ready. `ended`: none of them is still progressing or being deleted. */
function unreadyWorkloads(view: FluxView): { ended: boolean; failing: Map<string, string> } {
  const failing = new Map<string, string>();
  let ended = true;
  for (const object of view.workloads as Snapshot) {
    const state = readiness(object, view.pods);
    if (state.state === "ready" || state.state === "held") continue;
    if (state.state === "progressing") ended = false;
    if (object.metadata.deletionTimestamp === undefined && object.kind !== "Namespace")
      failing.set(keyOf(object), state.message);
  }
  return { ended, failing };
}
