import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "./objects.js";

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
}

/** One object against what is expected of it. */
export interface Finding {
  /** `Kustomization default/myapp` */
  readonly object: string;
  /** Waiting may help, or the object's own words say that it will not. */
  readonly state: "ready" | "progressing" | "failed";
  /** In the words of the object's conditions. Empty when ready. */
  readonly message: string;
  /** Where asking the controller to look again now tells more than waiting for its next interval. */
  readonly ask?: KubeObject;
  /** Milliseconds for which it has to stay so before the controller is asked. @default 0 */
  readonly askAfter?: number;
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
  const objects = [...view.sources, ...view.kustomizations, ...driven(view)];
  const present = new Set(objects.map(nameOf));
  const missing = expected.required.filter((name) => !present.has(name));
  return [
    ...missing.map((object): Finding => ({ object, state: "progressing", message: "does not exist yet" })),
    ...view.sources.map((source) => assessSource(source, expected)),
    ...view.kustomizations.map((kustomization) => assessKustomization(kustomization, view, expected)),
    ...driven(view).map(assessWorkload),
  ];
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
    return undefined;
  });
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
  if (finding.state !== "failed" || !source || !AWAITS_ARTIFACT.test(finding.message)) return finding;
  const served = assessSource(source, expected).state === "ready";
  const { object: name, message } = finding;
  return { object: name, state: "progressing", message, ...(served && { ask: object }) };
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

function assessWorkload(object: KubeObject): Finding {
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
  return { object: name, state: "progressing", message: `${availableReplicas} of ${wanted} replicas available` };
}

/** First characters of a commit, as git shows it. */
export function short(commit: string | undefined): string {
  return commit?.slice(0, 8) ?? "none";
}
