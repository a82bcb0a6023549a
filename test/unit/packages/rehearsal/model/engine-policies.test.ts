import { expect, test } from "vitest";
import { notEvaluatedByEngines } from "../../../../../packages/rehearsal/model/engine-policies.js";
import { type KubeObject, refOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import type { ObjectChange } from "../../../../../packages/report/model.js";
import { applied, object } from "./support.js";

const kyverno = (spec: string, kind = "ClusterPolicy", metadata = "name: rule") =>
  object(`apiVersion: kyverno.io/v1\nkind: ${kind}\nmetadata: {${metadata}}\nspec: {${spec}}\n`);
const rule = (resources: string) =>
  `validationFailureAction: Enforce, rules: [{match: {any: [{resources: {${resources}}}]}, validate: {}}]`;
const constraint = (spec: string) =>
  object(
    `apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sRequiredLabels\nmetadata: {name: rule}\nspec: {${spec}}\n`,
  );
const web = object(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop, ${applied}}\n`);
const change = (one: KubeObject, action: ObjectChange["action"] = "updated"): ObjectChange => ({
  ref: refOf(one),
  action,
  dataLoss: false,
  diff: "",
});
const isAffected = (policy: KubeObject, changes = [change(web)]) =>
  notEvaluatedByEngines([policy, web], changes)[0]?.affected ?? false;

test.each([
  ["a kind", kyverno(rule("kinds: [Deployment]"))],
  ["a kind with its group", kyverno(rule("kinds: [apps/v1/Deployment]"))],
  ["every kind", kyverno(rule("kinds: ['*']"))],
  ["pods, for what makes them", kyverno(rule("kinds: [Pod]"))],
  ["a namespace and a name", kyverno(rule("kinds: [Deployment], namespaces: ['sh*'], names: [we?]"))],
  [
    "the former form",
    kyverno("validationFailureAction: enforce, rules: [{match: {resources: {kinds: [Deployment]}}}]"),
  ],
  [
    "a rule that enforces",
    kyverno("rules: [{match: {all: [{resources: {kinds: [Deployment]}}]}, validate: {failureAction: Enforce}}]"),
  ],
  ["a rule that changes", kyverno("rules: [{match: {any: [{resources: {kinds: [Deployment]}}]}, mutate: {}}]")],
  ["its own namespace", kyverno(rule("kinds: [Deployment]"), "Policy", "name: rule, namespace: shop")],
  ["a constraint", constraint("match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}")],
  ["a constraint for pods", constraint("match: {kinds: [{apiGroups: [''], kinds: [Pod]}]}")],
  ["a constraint for everything", constraint("")],
])("GIVEN a policy for %s WHEN the merge changes such an object THEN it is not evaluated", (_name, policy) => {
  const [gap] = notEvaluatedByEngines([policy, web], [change(web)]);
  expect(gap).toMatchObject({
    affected: true,
    reason: expect.stringMatching(/^(Kyverno|Gatekeeper) does not run here/),
  });
  expect(gap?.reason).toContain("Deployment shop/web");
});

test.each([
  ["another kind", kyverno(rule("kinds: [Service]"))],
  ["another group", kyverno(rule("kinds: [example.com/v1/Deployment]"))],
  ["another namespace", kyverno(rule("kinds: [Deployment], namespaces: [other]"))],
  [
    "pods alone",
    kyverno(
      rule("kinds: [Pod]"),
      "ClusterPolicy",
      "name: rule, annotations: {pod-policies.kyverno.io/autogen-controllers: none}",
    ),
  ],
  ["a part of an object", kyverno(rule("kinds: [Deployment/scale]"))],
  ["reports", kyverno(rule("kinds: [Deployment]").replace("Enforce", "Audit"))],
  ["what is generated", kyverno("rules: [{match: {any: [{resources: {kinds: [Deployment]}}]}, generate: {}}]")],
  ["warnings", constraint("enforcementAction: dryrun")],
  ["other namespaces", constraint("match: {excludedNamespaces: [shop]}")],
])("GIVEN a policy for %s THEN it does not count against the merge", (_name, policy) => {
  expect(notEvaluatedByEngines([policy, web], [change(web)])).toHaveLength(1);
  expect(isAffected(policy)).toBe(false);
});

test("GIVEN nothing that a policy judges changes THEN it does not count; GIVEN the policy does THEN what is there counts", () => {
  const policy = kyverno(rule("kinds: [Deployment]"));
  expect(isAffected(policy, [])).toBe(false);
  expect(isAffected(policy, [change(web, "pruned")])).toBe(false);
  expect(notEvaluatedByEngines([policy, web], [change(policy, "created")])).toEqual([
    {
      subject: "ClusterPolicy rule",
      reason: "Kyverno does not run here: this policy applies to existing objects: Deployment shop/web",
      affected: true,
    },
  ]);
});
