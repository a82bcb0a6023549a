import { pushOnly } from "@timonier/kit/image-marker";
import { remembered } from "@timonier/kit/remembered";
import { isController, lacksReplicas, podReasons, unavailableControllers } from "./flux-controllers.js";
import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "./kube-object.js";
import type { ObjectHealth } from "./object-health.js";

/** Expected state of the objects that Flux manages. */
export interface Expectation {
  /** Commit at the head of each repository's branch, by the URL in the sources. */
  readonly heads: ReadonlyMap<string, string>;
  /** Names of objects that must exist, in the form of {@link nameOf}. */
  readonly required: readonly string[];
  /**
   * Id of the credential of each repository, by its URL: a source must have fetched with it before
   * the previous credential is deleted.
   *
   * @default any credential
   */
  readonly credentials?: ReadonlyMap<string, string>;
  /**
   * When the cluster was restarted, in milliseconds. The API server first serves the conditions
   * from before the restart, so each source and Kustomization must have answered a newer request.
   *
   * @default the cluster was not restarted
   */
  readonly since?: number | undefined;
}

/**
 * Milliseconds after which a reconciliation may have ended although its controller could not write
 * the status. The controller would reconcile again only after minutes.
 */
const STATUS_LOST_AFTER = 15_000;

/**
 * Reasons that a retry at the same revision does not change.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#conditions
 */
const FINAL_REASONS = new Set([
  "BuildFailed",
  "ReconciliationFailed",
  "PruneFailed",
  "HealthCheckFailed",
  "AuthenticationFailed",
  "GitOperationFailed",
  "URLInvalid",
  "ArtifactFailed",
  "InvalidArtifact",
]);

/**
 * Message of a Kustomization whose source has no artifact, or whose artifact cannot be downloaded.
 * It retries by itself; the condition of the source shows whether an artifact can be expected.
 *
 * @see
 *   https://github.com/fluxcd/kustomize-controller/blob/v1.9.4/internal/controller/kustomization_controller.go
 */
const AWAITS_ARTIFACT = /artifact not found, retrying in/;

/** Health of every object that Flux manages: whether it is Ready at the published revision. */
export function deliveryHealth(view: ClusterView, expected: Expectation): ObjectHealth[] {
  const controllers = unavailableControllers(view, expected.required);
  const known = new Set(controllers.map(({ object }) => object));
  const present = new Set([...view.sources, ...view.kustomizations, ...view.workloads].map(nameOf));
  const missing = expected.required.filter((name) => !present.has(name) && !known.has(name));
  const flux = [
    ...view.sources.map((source) => sourceHealth(source, expected)),
    ...view.kustomizations.map((kustomization) => kustomizationHealth(kustomization, view, expected)),
  ];
  return [
    ...controllers,
    ...missing.map((object): ObjectHealth => ({ object, state: "progressing", message: "does not exist yet" })),
    ...(controllers.length > 0 ? flux.map(notFinal) : flux),
    ...appliedWorkloads(view)
      .filter((one) => !known.has(nameOf(one)))
      .map((one) => workloadHealth(one, view)),
  ];
}

/** A failure is not final while a controller is unavailable, because the controller may be its cause. */
function notFinal(health: ObjectHealth): ObjectHealth {
  return health.state === "failed" && health.ask ? { ...health, state: "progressing" } : health;
}

/** Workloads in the inventory of a Kustomization, in the order of the view. */
export function appliedWorkloads(view: Pick<ClusterView, "kustomizations" | "workloads">): KubeObject[] {
  const positions = positionsOf(view.workloads);
  const applied = new Set(
    view.kustomizations
      .flatMap((one) => one.status?.inventory?.entries ?? [])
      .flatMap((entry) => positions.get(entry.id) ?? []),
  );
  return [...applied].sort((one, other) => one - other).flatMap((position) => view.workloads[position] ?? []);
}

/** Positions of workloads by their ids in an inventory. */
const positionsOf = remembered(
  (workloads: readonly KubeObject[]) => new Map(workloads.map((one, position) => [inventoryId(one), position])),
);

/** Id in the inventory of a Kustomization: `default_nginx-deployment_apps_Deployment`. */
function inventoryId(object: KubeObject): string {
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
  return [object.metadata.namespace ?? "", object.metadata.name, group, object.kind].join("_");
}

function sourceHealth(source: KubeObject, expected: Expectation): ObjectHealth {
  const head = expected.heads.get(source.spec?.url ?? "");
  const stored = commitOf(source.status?.artifact?.revision);
  const credential = expected.credentials?.get(source.spec?.url ?? "");
  return fluxHealth(source, () => {
    if (source.metadata.annotations?.[pushOnly] === "true") return undefined;
    if (head && stored !== head) return `has revision ${short(stored)}, published is ${short(head)}`;
    const answered = source.status?.lastHandledReconcileAt;
    if (credential && !answered?.endsWith(`#${credential}`)) return "has not fetched with its current token yet";
    return notReconciledSince(source, expected);
  });
}

/**
 * Value of {@link Expectation.since}: the time of the restart, but not later than now, because a
 * clock that was set back would make every request older.
 *
 * @param startedAt time of the restart in ISO 8601, undefined where the cluster was not restarted
 * @param now in milliseconds
 */
export function reconciledSince(startedAt: string | undefined, now: number): number | undefined {
  return startedAt === undefined ? undefined : Math.min(Date.parse(startedAt), now);
}

/** Message for an object whose controller has not answered a request since the restart of the cluster. */
function notReconciledSince({ status }: KubeObject, { since }: Expectation): string | undefined {
  if (since === undefined) return undefined;
  const [at = ""] = status?.lastHandledReconcileAt?.split("#") ?? [];
  return Date.parse(at) >= since ? undefined : "not reconciled since the cluster was started";
}

/**
 * Text of a reconciliation request, which the controller copies into its status.
 *
 * @param at time in ISO 8601
 */
export function requestText(object: KubeObject, expected: Expectation, at: string): string {
  const credential = expected.credentials?.get(object.spec?.url ?? "");
  return credential ? `${at}#${credential}` : at;
}

function kustomizationHealth(object: KubeObject, view: ClusterView, expected: Expectation): ObjectHealth {
  const source = sourceOf(object, view);
  const health = fluxHealth(object, () => {
    const head = expected.heads.get(source?.spec?.url ?? "") ?? commitOf(source?.status?.artifact?.revision);
    const applied = commitOf(object.status?.lastAppliedRevision);
    return head && applied !== head ? `applied revision ${short(applied)}, published is ${short(head)}` : undefined;
  });
  if (health.state === "ready") {
    const message = notReconciledSince(object, expected);
    return message ? { ...health, state: "progressing", message, ask: object } : health;
  }
  const { object: name, message } = health;
  if (source && AWAITS_ARTIFACT.test(message)) {
    const served = sourceHealth(source, expected).state === "ready";
    return { object: name, state: "progressing", message, ...(served && { ask: object }) };
  }
  const idle = object.spec?.suspend || object.metadata.deletionTimestamp;
  // The controller would retry only after 30 s.
  if (!idle && condition(object, "Ready")?.reason === "DependencyNotReady" && dependenciesAreReady(object, view))
    return { object: name, state: "progressing", message, ask: object };
  return health;
}

function dependenciesAreReady({ metadata, spec }: KubeObject, { kustomizations }: ClusterView): boolean {
  return (spec?.dependsOn ?? []).every(({ name, namespace = metadata.namespace }) => {
    const found = kustomizations.find((one) => one.metadata.name === name && one.metadata.namespace === namespace);
    return found && (found.status?.observedGeneration ?? -1) >= (found.metadata.generation ?? 0)
      ? condition(found, "Ready")?.status === "True"
      : false;
  });
}

function sourceOf(kustomization: KubeObject, view: ClusterView): KubeObject | undefined {
  const ref = kustomization.spec?.sourceRef;
  const namespace = ref?.namespace ?? kustomization.metadata.namespace;
  return view.sources.find((one) => one.metadata.name === ref?.name && one.metadata.namespace === namespace);
}

function fluxHealth(object: KubeObject, outdated: () => string | undefined): ObjectHealth {
  const name = nameOf(object);
  if (object.spec?.suspend) return { object: name, state: "failed", message: "is suspended" };
  if (object.metadata.deletionTimestamp) return { object: name, state: "progressing", message: "is being deleted" };
  const ready = condition(object, "Ready");
  const current = (object.status?.observedGeneration ?? -1) >= (object.metadata.generation ?? 0);
  if (!ready || !current)
    return {
      object: name,
      state: "progressing",
      message: ready?.message ?? "its controller has not reconciled it yet",
    };
  if (ready.status !== "True") {
    const final = condition(object, "Stalled")?.status === "True" || FINAL_REASONS.has(ready.reason ?? "");
    const message = `${ready.reason}: ${ready.message}`;
    return final && ready.status === "False"
      ? { object: name, state: "failed", message, ask: object }
      : { object: name, state: "progressing", message, ask: object, askAfter: STATUS_LOST_AFTER };
  }
  const lag = outdated();
  if (!lag) return { object: name, state: "ready", message: "" };
  // A Kustomization is notified by its source, so a request is not needed.
  return { object: name, state: "progressing", message: lag, ...(object.kind !== "Kustomization" && { ask: object }) };
}

/** How far a rollout is: what it lacks first. */
function rolloutState({ spec, status }: KubeObject): string {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status ?? {};
  if (availableReplicas < wanted) return `${availableReplicas} of ${wanted} replicas available`;
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} replicas updated`;
  const former = replicas - updatedReplicas;
  return former > 0 ? `${former} of the replicas before the update left` : "its controller has not looked at it yet";
}

function workloadHealth(object: KubeObject, view: ClusterView): ObjectHealth {
  const name = nameOf(object);
  const wanted = object.spec?.replicas ?? 1;
  const { observedGeneration = -1, updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = object.status ?? {};
  const exceeded = condition(object, "Progressing");
  if (exceeded?.reason === "ProgressDeadlineExceeded") {
    return { object: name, state: "failed", message: exceeded.message ?? "progress deadline exceeded" };
  }
  const current = observedGeneration >= (object.metadata.generation ?? 0);
  if (current && updatedReplicas >= wanted && replicas === updatedReplicas && availableReplicas >= wanted) {
    return { object: name, state: "ready", message: "" };
  }
  const reasons = isController(object) && lacksReplicas(object) ? `: ${podReasons(object, view)}` : "";
  return {
    object: name,
    state: "progressing",
    message: `${rolloutState(object)}${reasons}`,
  };
}

/** Short form of a commit. */
export function short(commit: string | undefined): string {
  return commit?.slice(0, 8) ?? "none";
}
