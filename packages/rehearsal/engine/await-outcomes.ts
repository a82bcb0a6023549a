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
import type { StartContext } from "./control-plane.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";

/** How it ended. */
export interface AwaitedOutcomes {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Workloads that do not become ready, with the reason, by key. */
  readonly failing: ReadonlyMap<string, string>;
  /** What the watches had told of by then: it was judged by nothing else. */
  readonly watched: Snapshot;
}

/** How long nothing happens before workloads that are not ready count as failing. Milliseconds. */
const QUIET = 8_000;
/** How much longer pods that nothing has looked at yet are waited for. Milliseconds. */
const LAG = 20_000;
/** Before a request to look again is repeated: what it began needs its time, and a new one would end it. Milliseconds. */
const AGAIN = 4_000;
/** The same for a release that has not answered: a request that arrives while it is installed or upgraded makes that fail. Milliseconds. */
const RELEASE_AGAIN = 20_000;

/**
 * Waits until it is known what becomes of every Kustomization and HelmRelease; ends as soon as it is.
 *
 * @param expected commit that a source has to be at; undefined for one that is not served here
 * @param timeout milliseconds after which the rest counts as unknown
 */
export async function awaitOutcomes(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  expected: (source: KubeObject) => string | undefined,
  timeout: number,
  { progress, signal }: StartContext,
): Promise<AwaitedOutcomes> {
  const start = Date.now();
  const ready = new Set<string>();
  const asked = new Map<string, { readonly token: string; readonly epoch: number; readonly time: number }>();
  let said = "";
  let states = "";
  let moved = start;
  for (;;) {
    signal?.throwIfAborted();
    const quiet = watch.quiet - (podsLag(watch.others, watch.pods) ? LAG : 0);
    const view: FluxView = {
      flux: watch.flux,
      others: watch.others,
      pods: watch.pods,
      expected,
      asked: (key) => (asked.get(key)?.epoch === ready.size ? asked.get(key)?.token : undefined),
      quiet,
      requested: (key) => watch.requests.get(key),
      still: Date.now() - moved,
    };
    const found = outcomes(view);
    const now = statesOf(found);
    if (now !== states) moved = Date.now();
    states = now;
    for (const object of view.flux) {
      if (found.get(keyOf(object))?.state === "reconciled") ready.add(markOf(object));
    }
    const open = view.flux.filter((one) => isOpen(one, found.get(keyOf(one))));
    const workloads = unready(view);
    const late = Date.now() - start > timeout;
    const over = open.length === 0 && (workloads.settled || quiet > QUIET);
    if (late || (watch.complete && over))
      return { outcomes: found, failing: workloads.failing, watched: [...view.flux, ...view.others] };
    await Promise.all(view.flux.map((object) => bridge(cluster, view.flux, object, found.get(keyOf(object)))));
    const first = open[0];
    const waited = first ? waitsFor(found.get(keyOf(first))) : "workloads";
    if (waited !== said && Date.now() - start > 5_000) progress(`rehearsal: ${waited} (${elapsed(start)})`);
    said = waited;
    await Promise.all(
      open.map(async (object) => {
        const outcome = found.get(keyOf(object));
        if (outcome?.state !== "pending" || !outcome.poke) return;
        const last = asked.get(keyOf(object));
        const recently = last !== undefined && Date.now() - last.time < pauseAfter(object, last.token);
        // What failed waits until the others have come as far as they can.
        if (recently || (outcome.stuck && (last?.epoch === ready.size || watch.quiet < 150))) return;
        const token = `rehearsal-${Date.now()}`;
        asked.set(keyOf(object), { token, epoch: ready.size, time: Date.now() });
        await requestReconcile(cluster, object, token, outcome.reset);
      }),
    );
    await watch.change(100);
  }
}

function pauseAfter(object: KubeObject, token: string): number {
  const isAnswered = textAt(object, "status", "lastHandledReconcileAt") === token;
  return object.kind === "HelmRelease" && !isAnswered ? RELEASE_AGAIN : AGAIN;
}

/** What everything came to so far, without the reasons. */
function statesOf(found: ReadonlyMap<string, Outcome>): string {
  // source-controller retries a chart that cannot be pulled without end, and its state changes with each try.
  const others = [...found].filter(([key]) => !key.startsWith("source.toolkit.fluxcd.io/HelmChart/"));
  return others.map(([key, { state }]) => `${key} ${state}`).join("\n");
}

/** Has what needs something out of reach count as Ready, and takes that back where the object or its source differs. */
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

/** Asks an object's controller to look again. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile */
export async function requestReconcile(
  { api, discovery }: RehearsalCluster,
  object: KubeObject,
  token: string,
  reset = false,
): Promise<void> {
  const path = await discovery.path(refOf(object));
  if (path === undefined) return;
  const forgets = reset && { "reconcile.fluxcd.io/resetAt": token };
  const body = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token, ...forgets } } };
  // It may have gone meanwhile: then there is nothing to ask.
  await api.call({ method: "PATCH", path, query: { fieldManager: "timonier" }, body }).catch(() => {});
}

/** How long a controller may take until it has looked again. Milliseconds. */
const LOOKED = 20_000;

/** Asks kustomizations to look again, and waits until they did. */
export async function reconcileAndWait(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  objects: readonly KubeObject[],
): Promise<void> {
  const token = `rehearsal-${Date.now()}`;
  const keys = new Set(objects.map(keyOf));
  await Promise.all(objects.map((object) => requestReconcile(cluster, object, token)));
  const end = Date.now() + LOOKED;
  const waited = () =>
    watch.flux.some((one) => keys.has(keyOf(one)) && textAt(one, "status", "lastHandledReconcileAt") !== token);
  while (waited() && Date.now() < end) await watch.change(100);
}

function markOf(object: KubeObject): string {
  const { uid, generation } = object.metadata;
  const status = object.status as
    | { lastAppliedRevision?: string; artifact?: { revision?: string }; lastAttemptedRevision?: string }
    | undefined;
  return [uid, generation, status?.lastAppliedRevision, status?.artifact?.revision, status?.lastAttemptedRevision].join(
    " ",
  );
}

/** Whether it is not known yet what becomes of an object, or what depends on it has not been told yet. */
function isOpen(object: KubeObject, outcome: Outcome | undefined): boolean {
  // A release waits for its chart; once it is assumed, nothing does.
  if (object.kind === "HelmChart") return false;
  if (outcome?.state === "assumed") return conditionOf(object, "Ready")?.status !== "True";
  return outcome?.state === "pending" || (outcome?.state === "stalled" && outcome.gap === true);
}

function waitsFor(outcome: Outcome | undefined): string {
  return outcome?.state === "pending" ? outcome.for : "";
}

/** Workloads that are not ready; settled when each that is not never will be, and nothing is on its way out. */
function unready(view: FluxView): { settled: boolean; failing: Map<string, string> } {
  const failing = new Map<string, string>();
  let settled = true;
  for (const object of view.others as Snapshot) {
    const state = readiness(object, view.pods);
    if (state.state === "ready" || state.state === "held") continue;
    if (state.state === "progressing") settled = false;
    if (object.metadata.deletionTimestamp === undefined && object.kind !== "Namespace")
      failing.set(keyOf(object), state.message);
  }
  return { settled, failing };
}
