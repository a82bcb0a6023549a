import { describe, expect, test } from "vitest";
import { compare } from "../../../../../packages/rehearsal/model/compare.js";
import { type DiscoveredGroup, groupsOf, listedKinds } from "../../../../../packages/rehearsal/model/listed-kinds.js";
import { withoutNoise } from "../../../../../packages/rehearsal/model/noise.js";
import { object } from "./support.js";

const byFlux = "labels: {kustomize.toolkit.fluxcd.io/name: web, kustomize.toolkit.fluxcd.io/namespace: flux-system}";
const managedBy = (...managers: string[]) =>
  `managedFields: [${managers.map((manager) => `{manager: ${manager}, operation: Apply, fieldsV1: {"f:spec": {}}}`).join(", ")}]`;

/**
 * What people may write, of kinds of which controllers write most objects, or with names that
 * clusters use themselves.
 */
const unusual = [
  ["v1", "PersistentVolume", "name: disk"],
  ["v1", "Endpoints", "name: db, namespace: shop"],
  ["v1", "Pod", "name: once, namespace: shop"],
  ["v1", "Node", "name: edge"],
  ["discovery.k8s.io/v1", "EndpointSlice", "name: db, namespace: shop"],
  ["apps/v1", "ReplicaSet", "name: web, namespace: shop"],
  ["apiregistration.k8s.io/v1", "APIService", "name: v1beta1.metrics.k8s.io"],
  ["flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", "name: slow"],
  ["flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "name: slow"],
  ["coordination.k8s.io/v1", "Lease", "name: leader, namespace: shop"],
  ["source.toolkit.fluxcd.io/v1", "HelmChart", "name: podinfo, namespace: shop"],
  ["v1", "ConfigMap", "name: coredns, namespace: kube-system"],
  ["v1", "ServiceAccount", "name: default, namespace: shop"],
  ["v1", "ConfigMap", "name: kube-root-ca.crt, namespace: shop"],
  ["v1", "Secret", "name: sh.helm.release.v1.web.v1, namespace: shop"],
  ["batch/v1", "Job", "name: nightly, namespace: shop, ownerReferences: [{kind: CronJob, name: nightly, uid: u}]"],
] as const;

describe("what Flux prunes is seen, whatever its kind and name", () => {
  test.each(unusual)("%s %s {%s}", (apiVersion, kind, metadata) => {
    const written = object(
      `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata}, ${byFlux}, ${managedBy("kustomize-controller", "kube-controller-manager")}}}`,
    );
    expect(withoutNoise([written])).toEqual([written]);
    expect(compare({ before: [written], after: [] })).toMatchObject([{ ref: { kind } }]);
  });
});

describe("what controllers make is left out", () => {
  test.each(unusual.filter(([, kind]) => kind !== "PersistentVolume" && kind !== "HelmChart" && kind !== "Secret"))(
    "%s %s {%s}, with labels that a controller copied",
    (apiVersion, kind, metadata) => {
      const made = object(
        `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata}, ${byFlux}, ${managedBy("kube-controller-manager")}}}`,
      );
      expect(withoutNoise([made])).toEqual([]);
    },
  );

  test("the HelmChart that helm-controller makes for a release, and the Secret with a release's values", () => {
    const helm = "labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: shop}";
    const release = object(
      "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: shop}, status: {helmChart: shop/shop-web}}",
    );
    const chart = (name: string) =>
      object(
        `{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmChart, metadata: {name: ${name}, namespace: shop, ${helm}, ${managedBy("helm-controller")}}}`,
      );
    const storage = object(
      `{apiVersion: v1, kind: Secret, type: helm.sh/release.v1, metadata: {name: sh.helm.release.v1.web.v1, namespace: shop, ${managedBy("helm-controller")}}}`,
    );
    expect(withoutNoise([release, chart("shop-web"), chart("extra"), storage])).toEqual([release, chart("extra")]);
  });

  test("but not a claim, even in a namespace of the system", () => {
    const claim = object(
      `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-0, namespace: kube-system, ${managedBy("kube-controller-manager")}}}`,
    );
    expect(withoutNoise([claim])).toEqual([claim]);
  });

  test("but not what a Kustomization lists", () => {
    const root = object(
      "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: root, namespace: flux-system}, status: {inventory: {entries: [{id: shop_db__Endpoints, v: v1}]}}}",
    );
    const endpoints = object("{apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: shop}}");
    expect(withoutNoise([root, endpoints])).toEqual([root, endpoints]);
    expect(withoutNoise([endpoints])).toEqual([]);
  });
});

test.each([
  ["Retain", false],
  ["Delete", true],
  ["Recycle", true],
])("a pruned volume with the reclaim policy %s loses its data: %s", (policy, dataLoss) => {
  const volume = object(
    `{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk, ${byFlux}}, spec: {persistentVolumeReclaimPolicy: ${policy}}}`,
  );
  expect(compare({ before: [volume], after: [] })).toMatchObject([{ action: "pruned", dataLoss }]);
});

describe("each kind is listed once", () => {
  const verbs = ["create", "list"];
  const resource = (name: string, kind: string) => ({ resource: name, responseKind: { kind }, verbs });
  const gateway: DiscoveredGroup = {
    metadata: { name: "gateway.networking.k8s.io" },
    versions: [
      { version: "v1", freshness: "Current", resources: [resource("httproutes", "HTTPRoute")] },
      {
        version: "v1alpha2",
        freshness: "Current",
        resources: [resource("httproutes", "HTTPRoute"), resource("tcproutes", "TCPRoute")],
      },
    ],
  };

  test("in its group's preferred version, else in the first version that has it", () => {
    expect(listedKinds([gateway]).kinds.map(({ path }) => path)).toEqual([
      "/apis/gateway.networking.k8s.io/v1/httproutes",
      "/apis/gateway.networking.k8s.io/v1alpha2/tcproutes",
    ]);
  });

  test("but not what no manifest can create; kinds of controllers by labels alone", () => {
    const core = {
      versions: [
        {
          version: "v1",
          resources: [
            { resource: "componentstatuses", responseKind: { kind: "ComponentStatus" }, verbs: ["get", "list"] },
            resource("pods", "Pod"),
            resource("configmaps", "ConfigMap"),
          ],
        },
      ],
    };
    expect(listedKinds(groupsOf([core])).kinds).toEqual([
      { apiVersion: "v1", kind: "Pod", path: "/api/v1/pods", labelled: true },
      { apiVersion: "v1", kind: "ConfigMap", path: "/api/v1/configmaps", labelled: false },
    ]);
  });

  test("a group whose server does not answer is told apart from the others", () => {
    const metrics = { metadata: { name: "metrics.k8s.io" }, versions: [{ version: "v1beta1", freshness: "Stale" }] };
    const { kinds, unlisted } = listedKinds([metrics, gateway]);
    expect(kinds).toHaveLength(2);
    expect(unlisted).toEqual([
      { apiVersion: "metrics.k8s.io/v1beta1", message: "the server of this API does not answer" },
    ]);
  });
});
