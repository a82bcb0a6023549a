import { expect, test } from "vitest";
import { type Case, readCases } from "../../rehearsal/cases.js";
import { compare } from "../../rehearsal/compare.js";
import { type Outcome, rejectedIn, whatHappened } from "../../rehearsal/happened.js";
import type { ObservedObject, Snapshot } from "../../rehearsal/observe.js";
import { kustomizationsToReconcile, pendingObjects } from "../../rehearsal/real-outcomes.js";

const safe: Outcome = {
  verdict: "safe",
  objects: {},
  rejecters: {},
  ready: { "Kustomization a/b": "True" },
  dataLoss: [],
  messages: [],
};

function seen(kind: string, name: string, uid: string, more: Partial<ObservedObject> = {}): ObservedObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "shop", uid, generation: 1 }, ...more };
}

function snapshotOf(...objects: ObservedObject[]): Snapshot {
  return new Map(objects.map((object) => [`${object.kind} shop/${object.metadata.name}`, object]));
}

function kustomization(status: string, revision: string, message = "", ids: string[] = []): ObservedObject {
  const conditions = [{ type: "Ready", status, reason: "ReconciliationFailed", message, observedGeneration: 1 }];
  const inventory = { entries: ids.map((id) => ({ id })) };
  return seen("Kustomization", "apps", "k", {
    spec: {},
    status: { observedGeneration: 1, conditions, inventory, lastAttemptedRevision: `main@sha1:${revision}` },
  });
}

test("the corpus is large, and a third of it is harmless", () => {
  const harmless = (cases: readonly Case[]) => cases.filter(({ label }) => label.verdict === "safe").length;
  const [cases, all] = [readCases(), readCases(["all"])];
  expect(cases.length).toBeGreaterThanOrEqual(45);
  expect(harmless(cases)).toBeGreaterThanOrEqual(cases.length / 4);
  expect(all.length).toBeGreaterThanOrEqual(140);
  expect(harmless(all)).toBeGreaterThanOrEqual(all.length / 3);
});

test("the core is small, and has every verdict, every fate, lost data, Helm, policies, definitions and dependencies", () => {
  const core = readCases(["core"]);
  expect(core.length).toBeLessThanOrEqual(12);
  const labels = core.map(({ label }) => label);
  expect(new Set(labels.map(({ verdict }) => verdict))).toEqual(new Set(["safe", "destructive", "rejected"]));
  const fates = new Set(labels.flatMap(({ objects }) => Object.values(objects)));
  expect(fates).toEqual(new Set(["created", "updated", "recreated", "pruned", "deleted", "rejected"]));
  expect(new Set(labels.flatMap(({ ready }) => Object.values(ready)))).toEqual(new Set(["False", "none"]));
  expect(labels.some(({ dataLoss, verdict }) => dataLoss.length > 0 && verdict === "destructive")).toBe(true);
  const verdictsWith = (text: string) =>
    new Set(
      core
        .filter(({ base, head }) =>
          [...Object.values(base), ...Object.values(head)].some((file) => file.includes(text)),
        )
        .map(({ label }) => label.verdict),
    );
  expect(verdictsWith("kind: HelmRelease")).toEqual(new Set(["safe", "rejected"]));
  expect(verdictsWith("kind: ValidatingAdmissionPolicy")).toContain("rejected");
  expect(verdictsWith("kind: CustomResourceDefinition")).toContain("rejected");
  expect(verdictsWith("dependsOn:")).toContain("rejected");
});

test("GIVEN selections WHEN the corpus is read THEN each is part of the next, and a name that no case has is refused", () => {
  const names = (...only: string[]) => readCases(only).map(({ name }) => name);
  expect(names()).toEqual(names("default"));
  expect(names("default")).toEqual(expect.arrayContaining(names("core")));
  expect(names("all")).toEqual(expect.arrayContaining(names("default")));
  expect(names("cycle", "helm-selector")).toEqual(["cycle", "helm-selector"]);
  expect(() => readCases(["no-such-case"])).toThrow("no case of the corpus is called no-such-case");
});

test("GIVEN a failure that nobody predicted WHEN compared THEN it is missed, in verdict, condition and object", () => {
  const happened: Outcome = {
    ...safe,
    verdict: "rejected",
    ready: { "Kustomization a/b": "False" },
    objects: { "ConfigMap shop/x": "rejected" },
  };
  expect(compare(safe, happened)).toEqual({
    missed: [
      "verdict: predicted safe, happened rejected",
      "Kustomization a/b: predicted True, happened False",
      "ConfigMap shop/x: predicted as before, happened rejected",
    ],
    alarms: [],
    others: [],
  });
  expect(compare(happened, safe)).toMatchObject({ missed: [], alarms: { length: 3 }, others: [] });
});

test("GIVEN a loss predicted as a change WHEN compared THEN it is missed; one of another kind is only otherwise", () => {
  const of = (fate: "updated" | "pruned" | "deleted"): Outcome => ({ ...safe, objects: { "ConfigMap shop/x": fate } });
  expect(compare(of("updated"), of("pruned")).missed).toHaveLength(1);
  expect(compare(of("pruned"), of("updated")).alarms).toHaveLength(1);
  expect(compare(of("pruned"), of("deleted"))).toMatchObject({ missed: [], alarms: [], others: { length: 1 } });
});

test("GIVEN an object that is not applied since its Kustomization fails THEN it was rightly predicted as rejected", () => {
  const failed: Outcome = { ...safe, verdict: "rejected", ready: { "Kustomization a/b": "False" } };
  const predicted = { ...failed, objects: { "ConfigMap shop/x": "rejected" as const } };
  const by = (owner: string) => ({ ...predicted, rejecters: { "ConfigMap shop/x": owner } });
  expect(compare(by("Kustomization a/b"), failed)).toEqual({ missed: [], alarms: [], others: [] });
  expect(compare(by("Kustomization a/c"), failed).alarms).toHaveLength(1);
});

test.each([
  ["stays", "HelmRelease shop/web", "pruned"],
  ["is deleted as well", "HelmRelease shop/other", "deleted"],
])("GIVEN an object that its chart no longer contains WHEN the release %s THEN it is %s", (_, release, fate) => {
  const labels = { "helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "shop" };
  const claim = seen("ConfigMap", "data", "1");
  const before = snapshotOf({ ...claim, metadata: { ...claim.metadata, labels } });
  const after = snapshotOf(seen("HelmRelease", release.replace("HelmRelease shop/", ""), "2"));
  expect(whatHappened("shop", before, after).objects["ConfigMap shop/data"]).toBe(fate);
});

test("GIVEN two looks at a cluster THEN every fate is told from identity, content and inventory", () => {
  const before = snapshotOf(
    kustomization("True", "1", "", ["shop_pruned__ConfigMap", "shop_same__ConfigMap"]),
    seen("ConfigMap", "same", "1"),
    seen("ConfigMap", "changed", "2", { data: { a: "b" } }),
    seen("ConfigMap", "replaced", "3"),
    seen("ConfigMap", "pruned", "4"),
    seen("ConfigMap", "deleted", "5"),
  );
  const after = snapshotOf(
    kustomization("True", "2", "", ["shop_same__ConfigMap"]),
    seen("ConfigMap", "same", "1"),
    seen("ConfigMap", "changed", "2", { data: { a: "c" } }),
    seen("ConfigMap", "replaced", "6"),
    seen("ConfigMap", "created", "7"),
  );
  expect(whatHappened("shop", before, after)).toEqual({
    verdict: "destructive",
    objects: {
      "ConfigMap shop/changed": "updated",
      "ConfigMap shop/replaced": "recreated",
      "ConfigMap shop/pruned": "pruned",
      "ConfigMap shop/deleted": "deleted",
      "ConfigMap shop/created": "created",
    },
    rejecters: {},
    ready: { "Kustomization shop/apps": "True" },
    dataLoss: [],
    messages: [],
  });
});

test("GIVEN a Kustomization that failed before the merge as well THEN the merge is not rejected", () => {
  const failing = snapshotOf(kustomization("False", "1", "missing"));
  expect(whatHappened("shop", failing, failing).verdict).toBe("safe");
  const refused = snapshotOf(kustomization("False", "1", "ConfigMap/shop/x dry-run failed"));
  expect(whatHappened("shop", refused, refused).objects).toEqual({});
  expect(whatHappened("shop", snapshotOf(kustomization("True", "1")), failing).verdict).toBe("rejected");
  expect(whatHappened("shop", snapshotOf(), failing).verdict).toBe("rejected");
});

test("GIVEN an object that waits for its finalizer THEN it is gone", () => {
  const before = snapshotOf(kustomization("True", "1", "", ["shop_x__ConfigMap"]), seen("ConfigMap", "x", "1"));
  const metadata = { name: "x", namespace: "shop", uid: "1", generation: 2, deletionTimestamp: "2026-01-02T03:04:05Z" };
  const after = snapshotOf(kustomization("True", "2"), seen("ConfigMap", "x", "1", { metadata }));
  expect(whatHappened("shop", before, after).objects).toEqual({ "ConfigMap shop/x": "pruned" });
});

test("GIVEN what cannot be known THEN every other verdict is missed", () => {
  const lost: Outcome = { ...safe, verdict: "destructive", objects: { "ConfigMap shop/x": "pruned" } };
  expect(compare({ ...safe, verdict: "unknown" }, lost, true)).toEqual({ missed: [], alarms: [], others: [] });
  expect(compare(safe, safe, true).missed).toEqual(["verdict: predicted safe, and it cannot be known"]);
  expect(compare({ ...safe, verdict: "unknown" }, lost).missed).toHaveLength(2);
});

test("GIVEN a refusal in a controller's words THEN the object is named", () => {
  expect(rejectedIn('Deployment/shop/web dry-run failed (Invalid): Deployment.apps "web" is invalid', "shop")).toEqual([
    "Deployment shop/web",
  ]);
  const helm =
    'server-side apply failed for object shop/web apps/v1, Kind=Deployment: Deployment.apps "web" is invalid';
  expect(rejectedIn(helm, "shop")).toEqual(["Deployment shop/web"]);
  expect(rejectedIn("ConfigMap/other/x namespace not specified", "shop")).toEqual([]);
});

test("GIVEN a source at another branch THEN it stays where it is", () => {
  const team = seen("GitRepository", "team", "g", {
    ...{ metadata: { name: "shop-team", namespace: "shop", uid: "g" }, spec: { ref: { branch: "team" } } },
    status: { artifact: { revision: "team@sha1:7" } },
  });
  const one = { ...kustomization("True", "7"), spec: { sourceRef: { name: "shop-team" } } };
  const status = { ...one.status, lastAttemptedRevision: "team@sha1:7" };
  const none = { releases: [], charts: [], namespaces: [], definitions: [] };
  const of = (kustomizations: ObservedObject[]) =>
    pendingObjects("shop", "2", { ...none, sources: [team], kustomizations });
  expect(of([{ ...one, status }])).toEqual([]);
  expect(of([{ ...one, spec: { sourceRef: { name: "shop" } }, status }])).toEqual([
    "Kustomization shop/apps has not seen 2",
  ]);
});

test("GIVEN a Ready Kustomization whose object is gone, or an expression about a dependency THEN it has to look again", () => {
  const applied = kustomization("True", "2", "", ["shop_settings__ConfigMap"]);
  expect(kustomizationsToReconcile(snapshotOf(applied, seen("ConfigMap", "settings", "c")))).toEqual([]);
  expect(kustomizationsToReconcile(snapshotOf(applied))).toEqual([applied]);
  expect(kustomizationsToReconcile(snapshotOf({ ...applied, spec: { suspend: true } }))).toEqual([]);
  const variables = { ...kustomization("True", "2"), spec: { postBuild: { substituteFrom: [{ kind: "Secret" }] } } };
  expect(kustomizationsToReconcile(snapshotOf(variables))).toEqual([variables]);
  const conditions = [
    { type: "Ready", status: "False", reason: "DependencyNotReady", message: "", observedGeneration: 1 },
  ];
  const waiting = (dependency: object) => ({
    ...kustomization("False", "2"),
    ...{ spec: { dependsOn: [dependency] }, status: { observedGeneration: 1, conditions } },
  });
  expect(kustomizationsToReconcile(snapshotOf(waiting({ name: "infra" })))).toEqual([]);
  expect(kustomizationsToReconcile(snapshotOf(waiting({ name: "infra", readyExpr: "false" })))).toHaveLength(1);
});

test("GIVEN a Kustomization at an older commit THEN the case has not settled; a failure at the new one has", () => {
  const revision = "main@sha1:2";
  const sources = [seen("GitRepository", "shop", "g", { status: { artifact: { revision } } })];
  const of = (one: ObservedObject, definitions: ObservedObject[] = []) =>
    pendingObjects("shop", "2", {
      sources,
      kustomizations: [one],
      releases: [],
      charts: [],
      namespaces: [],
      definitions,
    });
  expect(of(kustomization("True", "1"))).toEqual(["Kustomization shop/apps has not seen 2"]);
  expect(of(kustomization("Unknown", "2"))).toEqual(["Kustomization shop/apps is being reconciled"]);
  expect(of(kustomization("False", "2"))).toEqual([]);
  const definition = (metadata: object) => ({
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
    metadata: { name: "boats.shop.example.com", uid: "d", ...metadata },
  });
  const deletionTimestamp = "2026-01-02T03:04:05Z";
  expect(of(kustomization("True", "2"), [definition({})])).toEqual([]);
  expect(of(kustomization("True", "2"), [definition({ deletionTimestamp })])).toEqual([
    "CustomResourceDefinition boats.shop.example.com is being deleted",
  ]);
});
