import { neverReadyReason } from "./assumed.js";
import { ASSUMED, assumptionOf } from "./assumption.js";
import { dependencyIsReady, readyExpressionOf } from "./dependency.js";
import {
  at,
  type Condition,
  conditionOf,
  groupOf,
  type KubeObject,
  keyOf,
  labelOf,
  listAt,
  numberAt,
  type Snapshot,
  textAt,
} from "./objects.js";
import { NOWHERE } from "./offline.js";
import { inventoryOf, ownerOf } from "./owners.js";
import { readiness } from "./readiness.js";
import { isRemoteBaseOutOfReach, isUnreachable } from "./unreachable.js";

/** What a reconciliation came to. */
export type Answer =
  | { readonly state: "ready" }
  /**
   * It will not become Ready. `predicted`: the controller would only say so after its timeout. `gap`: not because of what is
   * written, but because something cannot be reached from here.
   */
  | {
      readonly state: "failed";
      readonly reason: string;
      readonly message: string;
      readonly predicted?: boolean;
      readonly gap?: true;
    }
  /** It needs something that cannot be reached from here; it counts as Ready for what waits for it. */
  | { readonly state: "assumed"; readonly message: string }
  /** An assumption about it holds no longer, because it or its source differs: it has to be looked at. */
  | {
      readonly state: "waiting";
      readonly for: string;
      readonly outdated: true;
      readonly poke?: never;
      readonly stuck?: never;
    }
  /** Nobody reconciles it. */
  | { readonly state: "suspended" }
  /** Not known yet. `poke`: asking its controller to look again now tells more than waiting. */
  | {
      readonly state: "waiting";
      readonly for: string;
      readonly poke?: boolean;
      readonly stuck?: boolean;
      /** Its controller has to forget that it failed, else it does not try again. */
      readonly reset?: true;
      readonly outdated?: never;
    };

/** What is known of a cluster at one moment. */
export interface FluxView {
  /** Objects of Flux's kinds. */
  readonly flux: Snapshot;
  /** Everything that Flux waits for: workloads, claims, custom resources. */
  readonly others: Snapshot;
  readonly pods: Snapshot;
  /** Commit that a source has to be at; undefined for one that is not served here. */
  readonly expected: (source: KubeObject) => string | undefined;
  /** Token with which an object was last asked to look again, if nothing else has come forward since. */
  readonly asked: (key: string) => string | undefined;
  /** Token of a request that a Kustomization has to have answered before it counts as Ready. */
  readonly requested?: (key: string) => string | undefined;
  /** Milliseconds since anything changed. */
  readonly quiet: number;
  /**
   * Milliseconds since any answer became another one. What waits for a source tries again every few seconds, which changes objects
   * but tells nothing. @default quiet
   */
  readonly still?: number;
}

/**
 * How long nothing may happen before what is not ready counts as never becoming it (`health`), before a source counts as out of reach
 * after its controller began to look (`source`) and before it did (`unseen`: a busy machine), and before what the network says of a
 * source that is served here counts as its answer (`served`). Milliseconds.
 */
const PATIENCE = { health: 8_000, source: 8_000, unseen: 20_000, served: 60_000 };

const sourceKinds = new Set([
  "GitRepository",
  "OCIRepository",
  "HelmRepository",
  "Bucket",
  "HelmChart",
  "ExternalArtifact",
]);

/** Kinds whose absence is known. */
const workloads = new Set(["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job"]);

interface HealthCheck {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function keyOfCheck({ apiVersion = "", kind, namespace = "", name }: HealthCheck): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

export function isReconciliation(object: KubeObject): boolean {
  const group = groupOf(object.apiVersion);
  return (
    (object.kind === "Kustomization" && group === "kustomize.toolkit.fluxcd.io") ||
    (object.kind === "HelmRelease" && group === "helm.toolkit.fluxcd.io")
  );
}

export function isSource(object: KubeObject): boolean {
  return groupOf(object.apiVersion) === "source.toolkit.fluxcd.io" && sourceKinds.has(object.kind);
}

/** Answers by key, for every source, Kustomization and HelmRelease of the view. */
export function answers(view: FluxView): Map<string, Answer> {
  return new Settlement(view).all();
}

class Settlement {
  readonly #flux: Map<string, KubeObject>;
  readonly #others: Map<string, KubeObject>;
  readonly #known = new Map<string, Answer>();
  readonly #open = new Set<string>();

  constructor(private readonly view: FluxView) {
    this.#flux = new Map(view.flux.map((one) => [keyOf(one), one]));
    this.#others = new Map(view.others.map((one) => [keyOf(one), one]));
  }

  all(): Map<string, Answer> {
    const wanted = this.view.flux.filter((one) => isReconciliation(one) || isSource(one));
    return new Map(wanted.map((one) => [keyOf(one), this.#answer(one)]));
  }

  #answer(object: KubeObject): Answer {
    const key = keyOf(object);
    const known = this.#known.get(key);
    if (known) return known;
    this.#open.add(key);
    const found = this.#judge(object);
    this.#open.delete(key);
    this.#known.set(key, found);
    return found;
  }

  #judge(object: KubeObject): Answer {
    if (object.metadata.deletionTimestamp) return waiting(`${labelOf(object)} is being deleted`);
    const assumption = object.metadata.annotations?.[ASSUMED];
    if (assumption !== undefined) return this.#assumed(object, assumption);
    if ((object.spec as { suspend?: boolean } | undefined)?.suspend) return { state: "suspended" };
    if (isSource(object)) return this.#source(object);
    if (at(object, "spec", "kubeConfig") !== undefined) return gap("OtherCluster", OTHER_CLUSTER);
    return object.kind === "Kustomization" ? this.#kustomization(object) : this.#release(object);
  }

  #assumed(object: KubeObject, assumption: string): Answer {
    const source = isSource(object) ? undefined : this.#sourceOf(object);
    if (assumption !== assumptionOf(object, source))
      return { state: "waiting", for: `${labelOf(object)} is looked at again`, outdated: true };
    if (isSource(object)) return { state: "assumed", message: assumedMessage(object) };
    const message = conditionOf(object, "Ready")?.message ?? "";
    return { state: "assumed", message: isRemoteBaseOutOfReach(message) ? message : needOf(object) };
  }

  /** The source that a Kustomization or a release reads; of a chart, the one that the chart comes from. */
  #sourceOf(object: KubeObject): KubeObject | undefined {
    const key = sourceKeyOf(object);
    return key === undefined ? undefined : this.#flux.get(key);
  }

  #source(source: KubeObject): Answer {
    const condition = conditionOf(source, "Ready");
    const current = condition?.observedGeneration === source.metadata.generation;
    const expected = this.view.expected(source);
    const revision = textAt(source, "status", "artifact", "revision");
    if (source.kind === "HelmRepository" && textAt(source, "spec", "type") === "oci") return { state: "ready" };
    if (condition?.status === "True" && current) {
      // Flux writes conditions first, and the artifact with the rest of the status a moment later.
      const observed = numberAt(source, "status", "observedGeneration") ?? source.metadata.generation;
      if (observed !== source.metadata.generation) return waiting(`${labelOf(source)} has no artifact yet`);
      if (source.kind === "HelmChart") return this.#chartIsCurrent(source);
      if (expected === undefined || revision?.endsWith(expected)) return { state: "ready" };
      return waiting(`${labelOf(source)} is at ${revision ?? "no revision"}`);
    }
    const isServed = this.#isServed(source);
    // What is served on this machine can be reached: its controller tries again.
    if (condition?.status === "False" && isServed && this.#still <= PATIENCE.served) {
      if (isUnreachable(condition.message ?? "")) return waiting(`${labelOf(source)}: ${condition.message}`);
    }
    if (condition?.status === "False" && current && expected === undefined) {
      // A chart may have failed before its source had anything for it.
      if (source.kind !== "HelmChart") return { ...failed(condition), gap: true };
      const behind = this.#chartIsCurrent(source);
      if (behind.state === "waiting") return behind;
      const beyond = this.#gapOf(source);
      // A registry that did not answer once may do so when it is asked again; offline it never does.
      const message = condition.message ?? "";
      const isOver = this.#still > PATIENCE.source || message.includes(NOWHERE);
      if (beyond.gap && isUnreachable(message) && !isOver) return waiting(`${labelOf(source)}: ${message}`);
      return { ...failed(condition), ...beyond };
    }
    // One that is served here fails for good only if it stays so.
    if (condition?.status === "False" && current && this.view.quiet > PATIENCE.health) return failed(condition);
    const patience = current ? PATIENCE.source : PATIENCE.unseen;
    if (!isServed && (source.kind === "HelmChart" ? this.view.quiet : this.#still) > patience) {
      const message = condition?.message ?? "does not answer";
      const beyond = source.kind === "HelmChart" ? this.#gapOf(source) : { gap: true as const };
      return { state: "failed", reason: condition?.reason ?? "NoAnswer", message, predicted: true, ...beyond };
    }
    return waiting(`${labelOf(source)}: ${condition?.message ?? "not looked at yet"}`);
  }

  get #still(): number {
    return this.view.still ?? this.view.quiet;
  }

  /** Whether a source is served on this machine. A chart is where its source is. */
  #isServed(source: KubeObject): boolean {
    const from = source.kind === "HelmChart" ? this.#sourceOf(source) : source;
    return from !== undefined && this.view.expected(from) !== undefined;
  }

  /** A chart that fails is a gap where the source that it comes from is one: what that has is not known. */
  #gapOf(chart: KubeObject): { readonly gap?: true } {
    const source = this.#sourceOf(chart);
    const answer = source && this.#answer(source);
    // A registry has no state of its own: only its charts tell whether it can be read.
    if (source !== undefined && !this.#isServed(source) && isUnreachable(conditionOf(chart, "Ready")?.message ?? ""))
      return { gap: true };
    return answer?.state === "assumed" || (answer?.state === "failed" && answer.gap) ? { gap: true } : {};
  }

  #chartIsCurrent(chart: KubeObject): Answer {
    const ref = chart.spec as { sourceRef?: { kind?: string; name?: string } };
    const source = this.#find(
      "source.toolkit.fluxcd.io",
      ref.sourceRef?.kind,
      chart.metadata.namespace,
      ref.sourceRef?.name,
    );
    const isRegistry = source?.kind === "HelmRepository" && textAt(source, "spec", "type") === "oci";
    const isMade = source?.kind === "HelmRepository" && conditionOf(chart, "Ready")?.status === "True";
    if (!source || isRegistry || isMade) return { state: "ready" };
    const answer = this.#answer(source);
    if (answer.state !== "ready") return answer.state === "waiting" ? answer : { state: "ready" };
    const seen = textAt(chart, "status", "observedSourceArtifactRevision");
    return seen === textAt(source, "status", "artifact", "revision")
      ? { state: "ready" }
      : waiting(`${labelOf(chart)} is of another revision`);
  }

  #kustomization(object: KubeObject): Answer {
    const spec = object.spec as { sourceRef: { kind: string; name: string; namespace?: string } };
    const { kind, name, namespace = object.metadata.namespace } = spec.sourceRef;
    const source = this.#find("source.toolkit.fluxcd.io", kind, namespace, name);
    const condition = conditionOf(object, "Ready");
    const current = condition?.observedGeneration === object.metadata.generation;
    const beyond = source ? undefined : unreachedController(kind, namespace, name);
    if (beyond !== undefined) return gap("ArtifactFailed", beyond);
    if (!source) return failure("ArtifactFailed", `${kind} ${namespace}/${name} does not exist`, condition, current);
    const of = this.#answer(source);
    const revision = textAt(source, "status", "artifact", "revision");
    if (of.state === "waiting") return waiting(`${labelOf(object)} waits for ${labelOf(source)}`);
    if ((of.state === "failed" || of.state === "assumed") && revision === undefined) {
      const message = `${labelOf(source)}: ${of.message}`;
      return of.state === "assumed" ? gap("ArtifactFailed", message) : { ...of, reason: "ArtifactFailed", message };
    }
    const blocked = this.#blocked(object, condition, current);
    if (blocked) return blocked;
    if (condition?.status === "True") {
      const applied = textAt(object, "status", "lastAppliedRevision") === revision;
      const observed = numberAt(object, "status", "observedGeneration") === object.metadata.generation;
      if (applied && observed && !this.#answered(object))
        return waiting(`${labelOf(object)} has not looked again yet`, true);
      return applied && observed ? { state: "ready" } : waiting(`${labelOf(object)} has not applied ${revision}`);
    }
    if (condition?.status === "False" && current && condition.reason !== "HealthCheckCanceled")
      return this.#failed(object, condition);
    const attempted = textAt(object, "status", "lastAttemptedRevision") === revision && current;
    const healthy = conditionOf(object, "Healthy");
    if (!attempted || healthy?.status !== "Unknown") return waiting(`${labelOf(object)}: ${progress(object)}`);
    return this.#health(object, this.#checked(object), this.#absent(object));
  }

  /** Names of objects that a kustomization waits for and that are not there; only of kinds that are looked at. */
  #absent(object: KubeObject): string[] {
    const spec = object.spec as { wait?: boolean; healthChecks?: readonly HealthCheck[] };
    if (spec.wait) return [];
    return (spec.healthChecks ?? [])
      .filter((one) => workloads.has(`${groupOf(one.apiVersion ?? "")}/${one.kind}`))
      .filter((one) => !this.#others.has(keyOfCheck(one)))
      .map((one) => `${one.kind} ${one.namespace}/${one.name}`);
  }

  /** Objects whose health a kustomization waits for. */
  #checked(object: KubeObject): KubeObject[] {
    const spec = object.spec as { wait?: boolean; healthChecks?: readonly HealthCheck[] };
    const keys = spec.wait ? inventoryOf(object) : (spec.healthChecks ?? []).map(keyOfCheck);
    return keys
      .filter((key) => key !== keyOf(object))
      .flatMap((key) => this.#flux.get(key) ?? this.#others.get(key) ?? []);
  }

  #release(object: KubeObject): Answer {
    const condition = conditionOf(object, "Ready");
    const current = condition?.observedGeneration === object.metadata.generation;
    const chart = this.#chart(object);
    const source = chart === "missing" ? this.#sourceOf(object) : undefined;
    const origin = source && this.#answer(source);
    if (source && origin?.state === "assumed") return gap("NoSourceArtifact", `${labelOf(source)}: ${origin.message}`);
    if (chart === "missing")
      // While it is looked at, a request would interrupt it.
      return waiting(
        `${labelOf(object)} has no chart yet`,
        current && condition?.status === "False" && this.#asked(object) === undefined,
      );
    const of = this.#answer(chart);
    if (of.state === "waiting") return waiting(`${labelOf(object)} waits for ${labelOf(chart)}`);
    if (of.state === "failed") return { ...of, message: `${labelOf(chart)}: ${of.message}` };
    if (of.state === "assumed") return gap("NoSourceArtifact", `${labelOf(chart)}: ${of.message}`);
    const blocked = this.#blocked(object, condition, current);
    if (blocked) return blocked;
    const revision = textAt(chart, "status", "artifact", "revision");
    const attempted = textAt(object, "status", "lastAttemptedRevision") ?? "";
    const observed = numberAt(object, "status", "observedGeneration") === object.metadata.generation;
    if (condition?.status === "True" && current && observed) {
      // helm-controller writes its status in several patches: the revision that it attempts may be there without the upgrade.
      if (conditionOf(object, "Reconciling")?.status === "True") return waiting(`${labelOf(object)} is reconciled`);
      if (revision !== undefined && attempted.split("+")[0] !== revision.split("+")[0]?.split("@")[0])
        return waiting(`${labelOf(object)} has not tried ${revision}`);
      const values = listAt(object, "spec", "valuesFrom").length > 0;
      // Values from elsewhere are looked at at the next interval only.
      if (values && !this.#handled(object)) return waiting(`${labelOf(object)} has not read its values again`, true);
      return { state: "ready" };
    }
    if (condition?.status === "False" && current) {
      if (condition.reason !== "HealthCheckCanceled") return this.#failedRelease(object, condition);
      if (conditionOf(object, "Stalled")?.status === "True") {
        if (isInterrupted(object))
          return { state: "waiting", for: `${labelOf(object)} was interrupted`, poke: true, reset: true };
        // It was asked to look again while it waited, and then gave up: its last words are about the release.
        return this.#failed(object, conditionOf(object, "Released") ?? condition);
      }
    }
    const own = [...this.#others.values()].filter((one) => ownerOf(one) === labelOf(object));
    return own.length > 0 ? this.#health(object, own) : waiting(`${labelOf(object)}: ${progress(object)}`);
  }

  #chart(release: KubeObject): KubeObject | "missing" {
    const spec = release.spec as { chartRef?: { kind: string; name: string; namespace?: string } };
    const namespace = release.metadata.namespace;
    if (spec.chartRef) {
      const { kind, name } = spec.chartRef;
      return this.#find("source.toolkit.fluxcd.io", kind, spec.chartRef.namespace ?? namespace, name) ?? "missing";
    }
    const [chartNamespace, chartName] = (textAt(release, "status", "helmChart") ?? "/").split("/", 2);
    return this.#find("source.toolkit.fluxcd.io", "HelmChart", chartNamespace, chartName) ?? "missing";
  }

  /** A dependency that never becomes Ready, or a circle of them, is an answer: nobody waits for it. */
  #blocked(object: KubeObject, condition: Condition | undefined, current: boolean): Answer | undefined {
    const waitsFor: string[] = [];
    for (const key of dependenciesOf(object)) {
      const name = key.split("/").slice(1).join("/").replace("/", " ");
      const dependency = this.#flux.get(key);
      if (!dependency)
        return failure(
          "DependencyNotReady",
          `dependency '${name}' does not exist`,
          condition,
          current,
          "DependencyNotReady",
        );
      const judged = this.#byExpression(object, dependency);
      if (judged === "ready") continue;
      if (typeof judged === "object") return judged;
      if (judged !== undefined) {
        waitsFor.push(name);
        continue;
      }
      if (this.#open.has(key))
        return {
          state: "failed",
          reason: "DependencyNotReady",
          message: `depends on itself through ${labelOf(dependency)}`,
        };
      const of = this.#answer(dependency);
      if (of.state === "failed")
        return { state: "failed", reason: "DependencyNotReady", message: `dependency '${name}' does not become ready` };
      if (of.state !== "ready" && conditionOf(dependency, "Ready")?.status !== "True") waitsFor.push(name);
      else if (of.state === "waiting") waitsFor.push(name);
    }
    if (waitsFor.length > 0) return waiting(`${labelOf(object)} waits for ${waitsFor.join(", ")}`);
    return condition?.reason === "DependencyNotReady"
      ? waiting(`${labelOf(object)} has not seen yet that its dependencies are ready`)
      : undefined;
  }

  /**
   * How an object judges a dependency by its expression: `ready`, `waiting`, or an answer. undefined: it has no expression.
   *
   * An expression that is not fulfilled while nothing changes any more will not be.
   */
  #byExpression(object: KubeObject, dependency: KubeObject): "ready" | "waiting" | Answer | undefined {
    if (readyExpressionOf(object, dependency) === undefined) return undefined;
    const found = dependencyIsReady(object, dependency);
    if (found.state === "ready") return "ready";
    if (found.state === "failed") return { state: "failed", reason: "DependencyNotReady", message: found.message };
    if (this.view.quiet <= PATIENCE.health) return "waiting";
    // What its status would be where it can be read is not known.
    const unknown = found.state === "not evaluated" || dependency.metadata.annotations?.[ASSUMED] !== undefined;
    return unknown
      ? gap("DependencyNotReady", found.message)
      : { state: "failed", reason: "DependencyNotReady", message: found.message };
  }

  #asked(object: KubeObject): string | undefined {
    return this.view.asked(keyOf(object));
  }

  /** Tokens hold the time, so a later one answers an earlier one. */
  #answered(object: KubeObject): boolean {
    const token = this.view.requested?.(keyOf(object));
    return token === undefined || (textAt(object, "status", "lastHandledReconcileAt") ?? "") >= token;
  }

  #handled(object: KubeObject): boolean {
    const token = this.#asked(object);
    return token !== undefined && textAt(object, "status", "lastHandledReconcileAt") === token;
  }

  /** A failure counts when it is repeated although nothing else has changed since: others may have brought what was missing. */
  #failed(object: KubeObject, condition: Condition): Answer {
    // Another look ended the action of a release, which then may not be tried again: that says nothing about the release.
    if (object.kind === "HelmRelease" && condition.message?.endsWith("context canceled"))
      return { state: "waiting", for: `${labelOf(object)}: ${condition.message}`, poke: true, reset: true };
    if (this.#handled(object)) return { ...failed(condition), ...(lacksRemoteBase(condition) && { gap: true }) };
    return {
      state: "waiting",
      for: `${labelOf(object)} tries again: ${condition.message ?? ""}`,
      poke: true,
      stuck: true,
    };
  }

  /** A release hears of its chart by itself; a request meanwhile may reach it while it is installed, and interrupt that. */
  #failedRelease(object: KubeObject, condition: Condition): Answer {
    const hears = condition.reason === "SourceNotReady" && this.view.quiet < PATIENCE.health;
    return hears
      ? waiting(`${labelOf(object)} has not seen yet that its chart is ready`)
      : this.#failed(object, condition);
  }

  #health(object: KubeObject, checked: readonly KubeObject[], absent: readonly string[] = []): Answer {
    const states = checked.map((one) => ({ one: labelOf(one), state: this.#readinessOf(one) }));
    const missing = absent.map((one) => ({ one, state: { state: "progressing", message: "does not exist" } as const }));
    const open = [...states.filter(({ state }) => state.state !== "ready"), ...missing];
    // kustomize-controller looks every five seconds; asked, it looks now. helm-controller would begin its upgrade anew.
    const poke = object.kind === "Kustomization";
    if (open.length === 0) return waiting(`${labelOf(object)}: everything in it is ready`, poke);
    const hopeless = open.filter(({ state }) => state.state === "hopeless");
    if (hopeless.length === 0 && this.view.quiet < PATIENCE.health)
      return waiting(`${labelOf(object)}: ${open[0]?.one}`);
    const timeout = textAt(object, "spec", "timeout");
    const words = (hopeless.length > 0 ? hopeless : open).map(
      ({ one, state }) => `${one}: ${"message" in state ? state.message : ""}`,
    );
    const message = `health checks would time out${timeout ? ` after ${timeout}` : ""}: ${words.join("; ")}`;
    return { state: "failed", reason: "HealthCheckFailed", message, predicted: true };
  }

  #readinessOf(object: KubeObject) {
    if (!isReconciliation(object) && !isSource(object)) return readiness(object, this.view.pods);
    if (this.#open.has(keyOf(object))) return { state: "progressing", message: "waits for this one" } as const;
    const of = this.#answer(object);
    if (of.state === "failed") return { state: "hopeless", message: of.message } as const;
    return of.state === "waiting"
      ? ({ state: "progressing", message: of.for } as const)
      : ({ state: "ready" } as const);
  }

  #find(
    group: string,
    kind: string | undefined,
    namespace: string | undefined,
    name: string | undefined,
  ): KubeObject | undefined {
    return this.#flux.get(`${group}/${kind}/${namespace ?? ""}/${name}`);
  }
}

/** What a Kustomization or release needs that cannot be reached from here. */
function needOf(object: KubeObject): string {
  if (at(object, "spec", "kubeConfig") !== undefined) return OTHER_CLUSTER;
  const [, kind, namespace, name] = sourceKeyOf(object)?.split("/") ?? [];
  return `it needs ${kind} ${namespace}/${name}`;
}

/** Why a source that is not there will never be: no controller here makes its kind. undefined: it is one that is made here. */
function unreachedController(kind: string, namespace: string | undefined, name: string): string | undefined {
  const source = { apiVersion: "source.toolkit.fluxcd.io/v1", kind, metadata: { name } };
  const reason = neverReadyReason(source);
  return reason && `${kind} ${namespace}/${name}: ${reason}`;
}

/** What is said of a Kustomization or release that applies to another cluster. */
const OTHER_CLUSTER = "it applies to another cluster";

/** Whether a build failed only because a base of another server could not be read. */
function lacksRemoteBase({ reason, message = "" }: Condition): boolean {
  return reason === "BuildFailed" && isRemoteBaseOutOfReach(message);
}

function assumedMessage(source: KubeObject): string {
  return conditionOf(source, "Ready")?.message ?? "it does not answer";
}

function gap(reason: string, message: string): Answer {
  return { state: "failed", reason, message, gap: true };
}

/** The source that an object reads, if it is there. */
export function sourceOf(object: KubeObject, flux: Snapshot): KubeObject | undefined {
  const key = sourceKeyOf(object);
  return key === undefined ? undefined : flux.find((one) => keyOf(one) === key);
}

function sourceKeyOf(object: KubeObject): string | undefined {
  const { spec, metadata } = object;
  const ref = at(spec, "sourceRef") ?? at(spec, "chartRef") ?? at(spec, "chart", "spec", "sourceRef");
  if (ref === undefined) return undefined;
  const namespace = textAt(ref, "namespace") ?? metadata.namespace;
  return `source.toolkit.fluxcd.io/${textAt(ref, "kind")}/${namespace ?? ""}/${textAt(ref, "name")}`;
}

/** Keys of what an object depends on. */
export function dependenciesOf(object: KubeObject): string[] {
  const group = groupOf(object.apiVersion);
  return (listAt(object, "spec", "dependsOn") as ReadonlyArray<{ name: string; namespace?: string }>).map(
    ({ name, namespace = object.metadata.namespace }) => `${group}/${object.kind}/${namespace ?? ""}/${name}`,
  );
}

function progress(object: KubeObject): string {
  return conditionOf(object, "Reconciling")?.message ?? conditionOf(object, "Ready")?.message ?? "not looked at yet";
}

/**
 * Whether a release failed only because its action was interrupted: a request to look again that arrives meanwhile ends the action,
 * and the end counts as a failure. Its controller tries again when it is told to forget its failures.
 *
 * @see https://fluxcd.io/flux/components/helm/helmreleases/#resetting-remediation-retries
 */
function isInterrupted(release: KubeObject): boolean {
  const { status, message = "" } = conditionOf(release, "Released") ?? {};
  return (
    conditionOf(release, "Ready")?.reason === "HealthCheckCanceled" &&
    status === "False" &&
    message.endsWith("context canceled")
  );
}

function waiting(reason: string, poke = false): Answer {
  return { state: "waiting", for: reason, ...(poke && { poke }) };
}

function failed({ reason, message }: Condition): Extract<Answer, { state: "failed" }> {
  return { state: "failed", reason: reason ?? "Failed", message: message ?? "" };
}

/** A failure that is clear without its controller, once that has had a look. */
function failure(
  reason: string,
  message: string,
  condition: Condition | undefined,
  current: boolean,
  wanted = reason,
): Answer {
  if (condition?.status === "False" && current && condition.reason === wanted) return failed(condition);
  return waiting(message);
}
