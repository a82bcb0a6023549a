import type { NotEvaluated, Reconciliation } from "../report/model.js";
import { at, groupOf, type KubeObject, keyOf, labelOf, type Snapshot } from "./objects.js";
import { byKey } from "./owners.js";
import { unreachable } from "./reconciliations.js";
import { ORIGINAL } from "./restore.js";
import { dependenciesOf, isReconciliation } from "./settle.js";
import type { Side } from "./side.js";
import { STUB } from "./stubs.js";

/** What nothing can be said about, and why. */
export interface Unjudged {
  /** Names of reconciliations: `Kustomization default/apps`. */
  readonly unknown: ReadonlySet<string>;
  readonly notEvaluated: readonly NotEvaluated[];
}

/** Everything that the rehearsal passed over: sources out of reach with what depends on them, webhooks, kinds without a definition. */
export function unjudged(
  after: Side,
  order: readonly Reconciliation[],
  served: (source: KubeObject) => boolean,
): Unjudged {
  const sources = unreachable(after, served);
  const objects = byKey(after.snapshot);
  const unknown = new Map<string, string>();
  for (const object of after.snapshot.filter(isReconciliation)) {
    const reason = why(object, objects, sources, new Set());
    if (reason !== undefined) unknown.set(labelOf(object), reason);
  }
  for (const { ref, ready, readyBefore, message } of order) {
    const name = `${ref.kind} ${ref.namespace}/${ref.name}`;
    if (ready !== undefined && ready !== "True" && readyBefore === "False" && !unknown.has(name)) {
      unknown.set(name, `it does not become Ready at the base either: ${message ?? "no reason given"}`);
    }
  }
  return {
    unknown: new Set(unknown.keys()),
    notEvaluated: [
      ...[...sources.values()].map(({ source, message }) => ({
        subject: labelOf(source),
        reason: `it cannot be read from here: ${message}`,
      })),
      ...[...unknown].map(([subject, reason]) => ({ subject, reason })),
      ...fromSnapshot(after.snapshot),
    ],
  };
}

/** Why a reconciliation cannot be judged: its source, its chart, or one that it depends on. */
function why(
  object: KubeObject,
  objects: ReadonlyMap<string, KubeObject>,
  sources: ReadonlyMap<string, { readonly source: KubeObject }>,
  seen: Set<string>,
): string | undefined {
  const key = keyOf(object);
  if (seen.has(key)) return undefined;
  seen.add(key);
  if (at(object, "spec", "kubeConfig") !== undefined) return "it applies to another cluster";
  for (const source of sourcesOf(object, objects)) {
    const found = sources.get(source);
    if (found) return `it needs ${labelOf(found.source)}`;
  }
  for (const dependency of dependenciesOf(object)) {
    const found = objects.get(dependency);
    if (found && why(found, objects, sources, seen) !== undefined) return `it depends on ${labelOf(found)}`;
  }
  return undefined;
}

function sourcesOf(object: KubeObject, objects: ReadonlyMap<string, KubeObject>): string[] {
  const namespace = object.metadata.namespace ?? "";
  const key = (ref: unknown) => {
    const { kind, name, namespace: own } = (ref ?? {}) as { kind?: string; name?: string; namespace?: string };
    return `source.toolkit.fluxcd.io/${kind}/${own ?? namespace}/${name}`;
  };
  if (object.kind === "Kustomization") return [key(at(object, "spec", "sourceRef"))];
  const direct = at(object, "spec", "chartRef") ?? at(object, "spec", "chart", "spec", "sourceRef");
  const chart = objects.get(key(at(object, "spec", "chartRef")));
  return [key(direct), ...(chart ? [key(at(chart, "spec", "sourceRef"))] : [])];
}

function fromSnapshot(snapshot: Snapshot): NotEvaluated[] {
  const stubs = new Set(
    snapshot
      .filter(({ metadata }) => metadata.labels?.[STUB])
      .map((one) => `${at(one, "spec", "group")}/${at(one, "spec", "names", "kind")}`),
  );
  return snapshot.flatMap((object): NotEvaluated[] => {
    const { kind, apiVersion } = object;
    const subject = labelOf(object);
    if (kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration") {
      return [{ subject, reason: "its webhooks are not called: no program of theirs runs here" }];
    }
    if (kind === "APIService" && at(object, "spec", "service"))
      return [{ subject, reason: "no program of it runs here" }];
    if (kind === "Kustomization" && object.metadata.annotations?.[ORIGINAL]) {
      return [{ subject, reason: "encrypted values are not read: only whether they change is known" }];
    }
    if (stubs.has(`${groupOf(apiVersion)}/${kind}`)) {
      return [
        { subject, reason: `no definition of ${kind} in ${apiVersion} is in the trees: it is taken as it is written` },
      ];
    }
    return [];
  });
}
