import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import {
  hasOtherLimits,
  hasOtherPolicies,
  reaches,
  sharersOf,
  type TreeChange,
  unchangedKustomizations,
} from "../../../../../packages/rehearsal/model/unchanged-kustomizations.js";
import { object } from "./support.js";

const from = "main@sha1:1111111111111111111111111111111111111111";
const to = "main@sha1:2222222222222222222222222222222222222222";

const files = [
  "clusters/prod/apps.yaml",
  "apps/web/deployment.yaml",
  "apps/store/kustomization.yaml",
  "apps/store/deployment.yaml",
];

const tree = (texts: Readonly<Record<string, string>> = {}, links: readonly string[] = []) => {
  const kept = files.filter(
    (path) => path !== "apps/store/kustomization.yaml" || !("apps/store/kustomization.yaml" in texts),
  );
  const all = new Map([...kept.map((path) => [path, ""] as const), ...Object.entries(texts)]);
  return { files: all, paths: [...all.keys(), ...links], links };
};

function change(more: Partial<TreeChange> = {}): TreeChange {
  return {
    base: from.slice("main@sha1:".length),
    head: to.slice("main@sha1:".length),
    changed: ["apps/web/deployment.yaml"],
    tree: tree(),
    ...more,
  };
}

function source(spec = ""): KubeObject {
  return object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system, generation: 1}
spec: {interval: 1m, url: "https://git.example.com/setup.git"${spec}}
status: {artifact: {revision: "${from}"}}
`);
}

/** A Kustomization that is Ready. */
function kustomization(name: string, { path = `./apps/${name}`, spec = "", holds = [name], ready = "True" } = {}) {
  const entries = holds.map((one) => `{id: ${one.includes("_") ? one : `default_${one}_apps_Deployment`}, v: v1}`);
  return object(`
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system, generation: 3}
spec: {interval: 10m, path: ${path}, prune: true, sourceRef: {kind: GitRepository, name: flux-system}${spec}}
status:
  observedGeneration: 3
  lastAppliedRevision: ${from}
  lastAttemptedRevision: ${from}
  conditions: [{type: Ready, status: "${ready}", observedGeneration: 3, reason: R, message: "Applied revision: ${from}"}]
  inventory: {entries: [${entries.join(", ")}]}
`);
}

function policy(kind: string, spec: string, name = "owners"): KubeObject {
  return object(
    `{apiVersion: admissionregistration.k8s.io/v1, kind: ${kind}, metadata: {name: ${name}}, spec: ${spec}}`,
  );
}

const store = (spec = "") => kustomization("store", { spec });
const web = kustomization("web");

function namesOf(flux: readonly KubeObject[], more: Partial<TreeChange> = {}, before: readonly KubeObject[] = []) {
  return unchangedKustomizations(flux, before, () => change(more)).map((one) => one.object.metadata.name);
}

describe("a Kustomization is untouched", () => {
  test("whose files are the same: it would apply the head's revision as it has applied the base's", () => {
    const found = unchangedKustomizations([source(), web, store()], [], () => change());
    expect(found.map((one) => [one.object.metadata.name, one.source.metadata.name, one.from, one.to])).toEqual([
      ["store", "flux-system", from, to],
    ]);
  });

  test("only if its source changes at all: one that stays is not asked anyway", () => {
    expect(unchangedKustomizations([source(), web, store()], [], () => undefined)).toEqual([]);
    expect(namesOf([source(", suspend: true"), web, store()])).toEqual([]);
  });

  test("if it depends on others that are, or whose source stays", () => {
    const infra = kustomization("infra", { path: "./clusters/prod" });
    expect(namesOf([source(), infra, store(", dependsOn: [{name: infra}]")])).toEqual(["infra", "store"]);
    const elsewhere = object(
      `{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: other, namespace: flux-system}, spec: {}}`,
    );
    const there = {
      ...infra,
      spec: { ...(infra.spec as object), sourceRef: { kind: "GitRepository", name: "other" } },
    };
    const flux = [source(), elsewhere, there, store(", dependsOn: [{name: infra}]")];
    const found = unchangedKustomizations(flux, [], (of) => (of.metadata.name === "other" ? undefined : change()));
    expect(found.map((one) => one.object.metadata.name)).toEqual(["store"]);
  });

  test.each([
    ["one of its files differs", { changed: ["apps/store/deployment.yaml"] }],
    ["what is left out of every folder differs", { changed: ["sub/.sourceignore"] }],
    ["its folder is not there", { tree: { files: new Map(), paths: ["apps/web/deployment.yaml"], links: [] } }],
    [
      "its kustomization takes in what differs",
      { tree: tree({ "apps/store/kustomization.yaml": "resources: [../web]" }) },
    ],
    ["its kustomization cannot be read", { tree: tree({ "apps/store/kustomization.yaml": "resources: [../a" }) }],
    ["a link is in its folder", { tree: tree({}, ["apps/store/shared"]) }],
  ])("not if %s", (_, more) => {
    expect(namesOf([source(), store()], more)).toEqual([]);
  });

  test.each([
    ["it reads values", ", postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}"],
    ["it decrypts", ", decryption: {provider: sops}"],
    ["it waits for what it names", ", healthChecks: [{kind: Deployment, name: web, namespace: default}]"],
    ["it is for another cluster", ", kubeConfig: {secretRef: {name: other}}"],
    ["a component of it differs", ', components: ["../web"]'],
    ["it is suspended", ", suspend: true"],
    ["it depends on one that is touched", ", dependsOn: [{name: web}]"],
    ["it depends on one that is not there", ", dependsOn: [{name: nobody}]"],
    ["it depends on an expression", ', dependsOn: [{name: infra, readyExpr: "dep.status.x == 1"}]'],
  ])("not if %s", (_, spec) => {
    const infra = kustomization("infra", { path: "./clusters/prod" });
    expect(namesOf([source(), web, infra, store(spec)])).toEqual(["infra"]);
  });

  test.each([
    [
      "its kustomization takes in what is the same",
      { "apps/store/kustomization.yaml": "components: [../../shared]", "shared/a.yaml": "" },
    ],
    ["a text in its specification has two dots", {}],
  ])("even if %s", (_, texts) => {
    const one = store(', patches: [{patch: "{a: ../web}"}]');
    expect(namesOf([source(), one], { tree: tree(texts) })).toEqual(["store"]);
  });

  test("not if it waits for objects that wait for others", () => {
    const holds = ["default_db_helm.toolkit.fluxcd.io_HelmRelease"];
    expect(namesOf([source(), kustomization("store", { holds })])).toEqual(["store"]);
    expect(namesOf([source(), kustomization("store", { holds, spec: ", wait: true" })])).toEqual([]);
  });

  test("not if it is not Ready, has not seen its own spec, or is at another revision", () => {
    expect(namesOf([source(), kustomization("store", { ready: "False" })])).toEqual([]);
    const one = store();
    expect(namesOf([source(), { ...one, metadata: { ...one.metadata, generation: 4 } }])).toEqual([]);
    expect(namesOf([source(), { ...one, status: { ...(one.status as object), lastAttemptedRevision: to } }])).toEqual(
      [],
    );
  });

  test("not if another lists one of its objects", () => {
    expect(namesOf([source(), kustomization("web", { holds: ["store"] }), store()])).toEqual([]);
  });

  test("not if its source takes more than a commit", () => {
    expect(namesOf([source(", include: [{repository: {name: other}}]"), store()])).toEqual([]);
    expect(namesOf([source(", sparseCheckout: [apps]"), store()])).toEqual([]);
  });

  test("not if those that depend on each other go in a circle", () => {
    const one = kustomization("one", { path: "./apps/store", spec: ", dependsOn: [{name: other}]", holds: ["a"] });
    const other = kustomization("other", { path: "./apps/store", spec: ", dependsOn: [{name: one}]", holds: ["b"] });
    expect(namesOf([source(), one, other])).toEqual([]);
  });

  test("not where an admission policy asks for parameters or for rights: what holds them may change", () => {
    const beside = (spec: string, name = "owners") =>
      namesOf([source(), store()], {}, [policy("ValidatingAdmissionPolicy", spec, name)]);
    expect(beside("{validations: [{expression: 'object.spec.replicas > 1'}]}")).toEqual(["store"]);
    expect(beside("{paramKind: {apiVersion: v1, kind: ConfigMap}}")).toEqual([]);
    const rights = "{validations: [{expression: \"authorizer.group('').resource('pods').check('get').allowed()\"}]}";
    expect(beside(rights)).toEqual([]);
    expect(beside(rights, "rehearsal.timonier-pods")).toEqual(["store"]);
  });
});

test("what lists an object of one that looked again, and comes after it, has to look again as well", () => {
  const infra = kustomization("infra", { holds: ["shared"] });
  const apps = kustomization("apps", { holds: ["shared"], spec: ", dependsOn: [{name: infra}]" });
  const names = (looked: KubeObject) =>
    sharersOf([apps, kustomization("other"), infra], [looked]).map(({ metadata }) => metadata.name);
  expect(names(infra)).toEqual(["apps"]);
  expect(names(apps)).toEqual([]);
});

describe("policies", () => {
  const one = policy("ValidatingAdmissionPolicy", "{validations: [{expression: 'true'}]}");
  const binding = policy("ValidatingAdmissionPolicyBinding", "{policyName: owners}");

  test("are others where one is new, another or gone", () => {
    expect(hasOtherPolicies([one], [one, binding])).toBe(true);
    expect(hasOtherPolicies([one, binding], [one])).toBe(true);
    const other = policy("ValidatingAdmissionPolicy", "{validations: [{expression: 'false'}]}");
    expect(hasOtherPolicies([one, binding], [other, binding])).toBe(true);
  });

  test("are the same where only their status is another, or where none are", () => {
    expect(hasOtherPolicies([one, binding], [{ ...one, status: { observedGeneration: 1 } }, binding])).toBe(false);
    expect(hasOtherPolicies([web], [])).toBe(false);
  });

  test("of the rehearsal are not the cluster's", () => {
    expect(hasOtherPolicies([], [policy("MutatingAdmissionPolicy", "{}", "rehearsal.timonier-pods")])).toBe(false);
  });
});

describe("what differs", () => {
  const kept = unchangedKustomizations([source(), store()], [], () => change());
  const of = (apiVersion: string, kind: string, more = "{name: one, namespace: shop}", rest = "") =>
    object(`{apiVersion: ${apiVersion}, kind: ${kind}, metadata: ${more}${rest}}`);
  const shop = of("v1", "Namespace", "{name: shop}");

  test("reaches no Kustomization where it is a workload or what a workload reads", () => {
    const one = (replicas: number) => of("apps/v1", "Deployment", undefined, `, spec: {replicas: ${replicas}}`);
    expect(reaches([shop, one(1)], [shop, one(2)], kept)).toBe(false);
    expect(reaches([shop, of("v1", "ConfigMap")], [shop], kept)).toBe(false);
    expect(reaches([shop], [shop, of("v1", "Service")], kept)).toBe(false);
  });

  test("reaches the Kustomizations that list it", () => {
    const ownedKeys = (replicas: number) =>
      of("apps/v1", "Deployment", "{name: store, namespace: default}", `, spec: {replicas: ${replicas}}`);
    expect(reaches([ownedKeys(1)], [ownedKeys(2)], kept)).toBe(true);
    expect(reaches([ownedKeys(1)], [], kept)).toBe(true);
    const owned = "{name: store, namespace: default, labels: {kustomize.toolkit.fluxcd.io/name: web}}";
    expect(reaches([ownedKeys(1)], [of("apps/v1", "Deployment", owned, ", spec: {replicas: 1}")], kept)).toBe(true);
    expect(
      reaches([ownedKeys(1)], [{ ...ownedKeys(1), metadata: { ...ownedKeys(1).metadata, uid: "other" } }], kept),
    ).toBe(true);
  });

  test.each([
    ["a quota", "v1", "ResourceQuota", "{name: one, namespace: shop}"],
    ["limits", "v1", "LimitRange", "{name: one, namespace: shop}"],
    ["a policy", "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "{name: one}"],
    ["a definition", "apiextensions.k8s.io/v1", "CustomResourceDefinition", "{name: ones.example.com}"],
    ["an object of a kind that is not known", "example.com/v1", "One", "{name: one, namespace: shop}"],
    ["a source", "source.toolkit.fluxcd.io/v1", "GitRepository", "{name: one, namespace: flux-system}"],
  ])("may reach others where it is %s, come or gone", (_, apiVersion, kind, metadata) => {
    const one = of(apiVersion, kind, metadata);
    expect(reaches([shop], [shop, one], kept)).toBe(true);
    expect(reaches([shop, one], [shop], kept)).toBe(true);
  });

  test("reaches no Kustomization where it is of a kind that a definition defines, stand-ins among them: no operator runs here", () => {
    const defined = of(
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      "{name: ones.example.com, labels: {rehearsal.timonier/stub: 'true'}}",
      ", spec: {group: example.com, names: {kind: One}}",
    );
    const one = of("example.com/v1", "One");
    expect(reaches([shop, defined, one], [shop, defined], kept)).toBe(false);
    expect(reaches([shop, defined], [shop, defined, one], kept)).toBe(false);
    expect(reaches([shop], [shop, defined, one], kept)).toBe(true);
  });

  test("reaches no Kustomization where it is a right that is new; may where one is another or goes", () => {
    const right = (verb: string) =>
      of("rbac.authorization.k8s.io/v1", "Role", undefined, `, rules: [{resources: [pods], verbs: [${verb}]}]`);
    expect(reaches([shop], [shop, right("get")], kept)).toBe(false);
    expect(reaches([shop, right("get")], [shop], kept)).toBe(true);
    expect(reaches([shop, right("get")], [shop, right("list")], kept)).toBe(true);
  });

  test("reaches no Kustomization where it is in a namespace that is new, but for Flux's own objects", () => {
    expect(reaches([], [shop, of("v1", "ResourceQuota")], kept)).toBe(false);
    expect(reaches([], [shop, of("source.toolkit.fluxcd.io/v1", "GitRepository")], kept)).toBe(true);
    expect(reaches([shop], [], kept)).toBe(true);
  });

  test("reaches no Kustomization where it is a Kustomization that is new; may where one is another or goes", () => {
    expect(reaches([], [web], kept)).toBe(false);
    expect(reaches([web], [], kept)).toBe(true);
    expect(reaches([web], [kustomization("web", { path: "./apps/other" })], kept)).toBe(true);
  });

  test("is not a status, nor that somebody was asked to look", () => {
    const asked = { ...web.metadata, annotations: { "reconcile.fluxcd.io/requestedAt": "now" }, resourceVersion: "9" };
    expect(reaches([web], [{ ...web, status: {}, metadata: asked }], kept)).toBe(false);
  });
});

test("limits differ WHEN a quota is new, or rights, definitions and namespaces of before change or go", () => {
  const of = (kind: string, apiVersion: string, more = "") =>
    object(`{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: x, namespace: shop${more}}}`);
  const quota = of("ResourceQuota", "v1");
  const right = of("RoleBinding", "rbac.authorization.k8s.io/v1");
  const changed = of("RoleBinding", "rbac.authorization.k8s.io/v1", ", labels: {a: b}");
  expect(hasOtherLimits([], [quota])).toBe(true);
  expect(hasOtherLimits([quota], [quota])).toBe(false);
  expect(hasOtherLimits([], [right])).toBe(false);
  expect(hasOtherLimits([right], [])).toBe(true);
  expect(hasOtherLimits([right], [changed])).toBe(true);
  expect(hasOtherLimits([of("ConfigMap", "v1")], [])).toBe(false);
});
