import { isController, lacksReplicas, podReasons, unavailableControllers } from "./flux-controllers.js";
import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "./kube-object.js";
import type { Finding } from "./object-health.js";

/** What should have arrived in a cluster. */
export interface Expectation {
  /** Head of each published repository's branch, by the address that sources watch. */
  readonly heads: ReadonlyMap<string, string>;
  /** Objects that must be there at all, as {@link nameOf} names them. */
  readonly required: readonly string[];
  /**
   * Mark of the credential that each repository is read with, by its address: a source has to have fetched with it, so
   * that the one before it can go. @default any fetch will do
   */
  readonly credentials?: ReadonlyMap<string, string>;
  /**
   * When the cluster was started again, in milliseconds. Its API server then serves the states of before the stop at first, so each
   * source and Kustomization has to have answered a request made since. @default it was not stopped
   */
  readonly since?: number | undefined;
}

/** A reconciliation that takes longer may be one whose end its controller could not write: it would not look again for minutes. */
const STUCK = 15_000;

/** Reasons after which Flux tries the same again at the same revision: the answer is known. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#conditions */
const HOPELESS = new Set([
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
 * What a Kustomization says while its source has no artifact, or while that is not served: it looks again by itself, and whether
 * one comes is its source's answer. @see https://github.com/fluxcd/kustomize-controller/blob/v1.9.4/internal/controller/kustomization_controller.go
 */
const AWAITS_ARTIFACT = /artifact not found, retrying in/;

/** Every object that Flux drives, and whether it is where the published revision wants it. */
export function assess(view: ClusterView, expected: Expectation): Finding[] {
  const controllers = unavailableControllers(view, expected.required);
  const known = new Set(controllers.map(({ object }) => object));
  const present = new Set([...view.sources, ...view.kustomizations, ...view.workloads].map(nameOf));
  const missing = expected.required.filter((name) => !present.has(name) && !known.has(name));
  const flux = [
    ...view.sources.map((source) => assessSource(source, expected)),
    ...view.kustomizations.map((kustomization) => assessKustomization(kustomization, view, expected)),
  ];
  return [
    ...controllers,
    ...missing.map((object): Finding => ({ object, state: "progressing", message: "does not exist yet" })),
    ...(controllers.length > 0 ? flux.map(notFinal) : flux),
    ...driven(view)
      .filter((one) => !known.has(nameOf(one)))
      .map((one) => assessWorkload(one, view)),
  ];
}

/** A failure while a controller does not run may be its absence: one that does not serve artifacts, or has not looked again. */
function notFinal(finding: Finding): Finding {
  return finding.state === "failed" && finding.ask ? { ...finding, state: "progressing" } : finding;
}

/** Workloads that some Kustomization applied. */
function driven(view: ClusterView): KubeObject[] {
  const applied = new Set(
    view.kustomizations.flatMap((one) => one.status?.inventory?.entries ?? []).map((entry) => entry.id),
  );
  return view.workloads.filter((one) => applied.has(inventoryId(one)));
}

/** `default_nginx-deployment_apps_Deployment`, as kustomize-controller lists what it applied. */
function inventoryId(object: KubeObject): string {
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
  return [object.metadata.namespace ?? "", object.metadata.name, group, object.kind].join("_");
}

function assessSource(source: KubeObject, expected: Expectation): Finding {
  const head = expected.heads.get(source.spec?.url ?? "");
  const stored = commitOf(source.status?.artifact?.revision);
  const credential = expected.credentials?.get(source.spec?.url ?? "");
  return fluxFinding(source, () => {
    if (head && stored !== head) return `has revision ${short(stored)}, published is ${short(head)}`;
    const answered = source.status?.lastHandledReconcileAt;
    if (credential && !answered?.endsWith(`#${credential}`)) return "has not fetched with its present token yet";
    return answeredBefore(source, expected);
  });
}

/**
 * The time since which objects have to have been looked at, as {@link Expectation.since}. A clock that was set back since the start
 * would otherwise make every request older than it.
 *
 * @param startedAt when the cluster was started again, ISO 8601. undefined: it was not stopped
 * @param now milliseconds
 */
export function lookedSince(startedAt: string | undefined, now: number): number | undefined {
  return startedAt === undefined ? undefined : Math.min(Date.parse(startedAt), now);
}

/** What is missing while the controller has answered no request since the cluster was started again. */
function answeredBefore({ status }: KubeObject, { since }: Expectation): string | undefined {
  if (since === undefined) return undefined;
  const [at = ""] = status?.lastHandledReconcileAt?.split("#") ?? [];
  return Date.parse(at) >= since ? undefined : "not looked at since the cluster was started";
}

/** Text of a request to look now, which the controller repeats in its answer. @param at ISO 8601 */
export function requestText(object: KubeObject, expected: Expectation, at: string): string {
  const credential = expected.credentials?.get(object.spec?.url ?? "");
  return credential ? `${at}#${credential}` : at;
}

function assessKustomization(object: KubeObject, view: ClusterView, expected: Expectation): Finding {
  const source = sourceOf(object, view);
  const finding = fluxFinding(object, () => {
    const head = expected.heads.get(source?.spec?.url ?? "") ?? commitOf(source?.status?.artifact?.revision);
    const applied = commitOf(object.status?.lastAppliedRevision);
    return head && applied !== head ? `applied revision ${short(applied)}, published is ${short(head)}` : undefined;
  });
  if (finding.state === "ready") {
    const message = answeredBefore(object, expected);
    return message ? { ...finding, state: "progressing", message, ask: object } : finding;
  }
  const { object: name, message } = finding;
  if (source && AWAITS_ARTIFACT.test(message)) {
    const served = assessSource(source, expected).state === "ready";
    return { object: name, state: "progressing", message, ...(served && { ask: object }) };
  }
  const idle = object.spec?.suspend || object.metadata.deletionTimestamp;
  // Its controller would look again after 30 s; it has not called this generation observed.
  if (!idle && condition(object, "Ready")?.reason === "DependencyNotReady" && dependenciesAreReady(object, view))
    return { object: name, state: "progressing", message, ask: object };
  return finding;
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

function fluxFinding(object: KubeObject, behind: () => string | undefined): Finding {
  const name = nameOf(object);
  if (object.spec?.suspend) return { object: name, state: "failed", message: "is suspended" };
  if (object.metadata.deletionTimestamp) return { object: name, state: "progressing", message: "is being deleted" };
  const ready = condition(object, "Ready");
  const current = (object.status?.observedGeneration ?? -1) >= (object.metadata.generation ?? 0);
  if (!ready || !current)
    return { object: name, state: "progressing", message: ready?.message ?? "not seen by its controller yet" };
  if (ready.status !== "True") {
    const hopeless = condition(object, "Stalled")?.status === "True" || HOPELESS.has(ready.reason ?? "");
    const message = `${ready.reason}: ${ready.message}`;
    return hopeless && ready.status === "False"
      ? { object: name, state: "failed", message, ask: object }
      : { object: name, state: "progressing", message, ask: object, askAfter: STUCK };
  }
  const lag = behind();
  if (!lag) return { object: name, state: "ready", message: "" };
  // A Kustomization hears from its source by itself.
  return { object: name, state: "progressing", message: lag, ...(object.kind !== "Kustomization" && { ask: object }) };
}

function assessWorkload(object: KubeObject, view: ClusterView): Finding {
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
    message: `${availableReplicas} of ${wanted} replicas available${reasons}`,
  };
}

/** First characters of a commit, as git shows it. */
export function short(commit: string | undefined): string {
  return commit?.slice(0, 8) ?? "none";
}
