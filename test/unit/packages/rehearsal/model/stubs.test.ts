import { describe, expect, test } from "vitest";
import { addedVersions, fluxVersions } from "../../../../../packages/rehearsal/model/flux-versions.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { withoutNoise } from "../../../../../packages/rehearsal/model/noise.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { isStub, namespacedPaths, stubDefinitions } from "../../../../../packages/rehearsal/model/stubs.js";
import { object } from "./support.js";

type Texts = Readonly<Record<string, string>>;

const use = (apiVersion: string, kind: string, metadata = "{name: a}") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\n`;

function definition(
  group: string,
  kind: string,
  { scope = "Namespaced", plural = `${kind.toLowerCase()}s`, versions = "" } = {},
) {
  const served = versions || "{name: v1, served: true, storage: true}";
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ${plural}.${group}}\nspec: {group: ${group}, scope: ${scope}, names: {kind: ${kind}, plural: ${plural}}, versions: [${served}]}\n`;
}

function stubs(base: Texts, head: Texts = base, assumed: readonly KubeObject[] = []) {
  const files = new Map(Object.entries(base));
  const kustomizations = [...files.values()]
    .filter((text) => text.includes("targetNamespace"))
    .map((text) => object(text));
  return stubDefinitions({
    base: scan(files),
    head: scan(new Map(Object.entries(head))),
    assumed,
    namespaces: namespacedPaths({ files, paths: [...files.keys()], links: [] }, kustomizations),
  });
}

const namesOf = (all: readonly KubeObject[]) => all.map(({ metadata }) => metadata.name);

function scopeOf(text: string, others: Texts = {}): string {
  const [stub] = stubs({ "apps/a.yaml": text, ...others });
  return (stub?.spec as { scope: string } | undefined)?.scope ?? "";
}

describe("a kind that the base does not define gets a definition that takes everything", () => {
  test("but not one that Kubernetes or the rehearsal has, nor what no API server sees", () => {
    const text = [
      use("monitoring.coreos.com/v1", "ServiceMonitor", "{name: a, namespace: b}"),
      use("apps/v1", "Deploymnt"),
      use("networking.k8s.io/v1", "Ingres"),
      use("kustomize.toolkit.fluxcd.io/v1", "Kustomizaton"),
      use("kustomize.config.k8s.io/v1beta1", "Kustomization"),
    ].join("---\n");
    expect(stubs({ "a.yaml": text })).toMatchObject([
      { metadata: { name: "servicemonitors.monitoring.coreos.com" }, spec: { scope: "Namespaced" } },
    ]);
  });

  test("also where its group has other kinds, or is Flux's without its definitions", () => {
    const text = [
      definition("gateway.networking.k8s.io", "HTTPRoute"),
      use("gateway.networking.k8s.io/v1", "HTTPRoute", "{name: a, namespace: b}"),
      use("gateway.networking.k8s.io/v1alpha2", "TCPRoute", "{name: a, namespace: b}"),
      use("image.toolkit.fluxcd.io/v1beta2", "ImagePolicy", "{name: a, namespace: b}"),
    ].join("---\n");
    expect(namesOf(stubs({ "a.yaml": text }))).toEqual([
      "tcproutes.gateway.networking.k8s.io",
      "imagepolicies.image.toolkit.fluxcd.io",
    ]);
  });

  test("for the versions of both sides; what only the head uses is there from the start", () => {
    const at = (version: string) => use(`example.com/${version}`, "Boat", "{name: a, namespace: b}");
    const [stub] = stubs({ "a.yaml": at("v1") }, { "a.yaml": at("v2") });
    expect(stub?.spec).toMatchObject({
      versions: [
        { name: "v1", storage: true },
        { name: "v2", storage: false },
      ],
    });
    expect(stubs({}, { "a.yaml": at("v1") })).toHaveLength(1);
  });

  test("but not where --assume defines it; what --assume uses gets one", () => {
    const assumed = [
      object(definition("example.com", "Boat")),
      object("{apiVersion: example.com/v1, kind: Ship, metadata: {name: a, namespace: b}}"),
    ];
    const text = use("example.com/v1", "Boat", "{name: a, namespace: b}");
    expect(namesOf(stubs({ "a.yaml": text }, undefined, assumed))).toEqual(["ships.example.com"]);
  });

  test("but not what the API server would refuse as a kind or as a group", () => {
    const text = [
      use("schema.example.io/1.0", "Thing"),
      use("example.com/v1", "My_Kind"),
      use("Exa_mple.com/v1", "Thing"),
    ];
    expect(stubs({ "docs/a.yaml": text.join("---\n") })).toEqual([]);
  });
});

describe("a definition that only the head has", () => {
  const boat = use("example.com/v1alpha1", "Boat", "{name: a, namespace: b}");
  const versions = "{name: v1alpha1, served: true, storage: false}, {name: v1, served: true, storage: true}";
  const real = definition("example.com", "Boat", { scope: "Cluster", plural: "boaties", versions });

  test("GIVEN the base uses the kind WHEN stubbed THEN Flux can apply the definition over the stub", () => {
    expect(stubs({ "a.yaml": boat }, { "a.yaml": boat, "crd.yaml": real })).toMatchObject([
      {
        metadata: { name: "boaties.example.com" },
        spec: {
          scope: "Cluster",
          names: { plural: "boaties" },
          versions: [
            { name: "v1alpha1", storage: false },
            { name: "v1", storage: true },
          ],
        },
      },
    ]);
  });

  test("GIVEN only the head uses the kind WHEN stubbed THEN the definition alone defines it", () => {
    expect(stubs({}, { "a.yaml": boat, "crd.yaml": real })).toEqual([]);
  });

  test("GIVEN Flux has applied it WHEN seen THEN it is an object like others", () => {
    const [stub] = stubs({ "a.yaml": boat }) as [KubeObject];
    expect([isStub(stub), withoutNoise([stub])]).toEqual([true, []]);
    const { labels: _labels, ...metadata } = stub.metadata;
    const byFlux = { ...stub, metadata: { ...metadata, labels: { "kustomize.toolkit.fluxcd.io/name": "root" } } };
    expect(withoutNoise([byFlux])).toEqual([byFlux]);
    const byHelm = {
      ...stub,
      metadata: { ...stub.metadata, labels: { ...stub.metadata.labels, "helm.toolkit.fluxcd.io/name": "x" } },
    };
    expect(isStub(byHelm)).toBe(false);
  });
});

describe("the scope of a kind without a definition", () => {
  test.each([
    ["cert-manager.io/v1", "ClusterIssuer"],
    ["kyverno.io/v1", "ClusterPolicy"],
    ["templates.gatekeeper.sh/v1", "ConstraintTemplate"],
    ["constraints.gatekeeper.sh/v1beta1", "K8sRequiredLabels"],
    ["pkg.crossplane.io/v1", "Provider"],
    ["s3.aws.upbound.io/v1beta1", "Bucket"],
    ["cilium.io/v2", "CiliumClusterwideNetworkPolicy"],
    ["cilium.io/v2alpha1", "CiliumLoadBalancerIPPool"],
    ["karpenter.sh/v1", "NodePool"],
    ["karpenter.k8s.aws/v1", "EC2NodeClass"],
    ["external-secrets.io/v1", "ClusterSecretStore"],
    ["snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"],
    ["example.com/v1", "GlobalThing"],
  ])("%s %s: the cluster's, whatever gives namespaces", (apiVersion, kind) => {
    expect(
      scopeOf(use(apiVersion, kind), { "apps/kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n" }),
    ).toBe("Cluster");
  });

  test.each([
    ["s3.aws.m.upbound.io/v1beta1", "Bucket"],
    ["metallb.io/v1beta1", "IPAddressPool"],
    ["postgresql.cnpg.io/v1", "Cluster"],
    ["secrets-store.csi.x-k8s.io/v1", "SecretProviderClass"],
  ])("%s %s: a namespace's, which a kustomization gives", (apiVersion, kind) => {
    expect(
      scopeOf(use(apiVersion, kind), { "apps/kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n" }),
    ).toBe("Namespaced");
  });

  test("is a namespace's where one is named, or where an overlay or Flux gives one", () => {
    expect(scopeOf(use("example.com/v1", "Boat", "{name: a, namespace: b}"))).toBe("Namespaced");
    expect(
      scopeOf(use("example.com/v1", "Boat"), { "prod/kustomization.yaml": "namespace: shop\nresources: [../apps]\n" }),
    ).toBe("Namespaced");
    const flux = (path: string) =>
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ${path}, targetNamespace: shop}\n`;
    expect(scopeOf(use("example.com/v1", "Boat"), { "flux.yaml": flux("./apps") })).toBe("Namespaced");
    expect(scopeOf(use("example.com/v1", "Boat"), { "flux.yaml": flux("./other") })).toBe("Cluster");
  });

  test("is the cluster's where nothing gives a namespace: as a namespace's it could not be applied at all", () => {
    expect(scopeOf(use("example.com/v1", "Fleet"))).toBe("Cluster");
  });
});

describe("versions of Flux's kinds that trees use", () => {
  const group = "source.toolkit.fluxcd.io";
  const kind = "OCIRepository";
  const versions =
    "{name: v1beta2, served: true, storage: true}, {name: v1beta1, served: false, storage: false}, {name: v1alpha1, served: true, storage: false}";
  const old = scan(new Map([["gotk.yaml", definition(group, kind, { plural: "ocirepositories", versions })]]));
  const uses = (name: string) => scan(new Map([["a.yaml", use(`${group}/${name}`, kind)]]));
  const found = (...of: Parameters<typeof fluxVersions>) => fluxVersions(...of).map(({ name }) => name);

  test("are served where the tree's own definitions serve them, in base or head", () => {
    expect(found([...old, ...uses("v1beta2"), ...uses("v1beta1")], [], [])).toEqual(["v1beta2"]);
    expect(found(old, [...old, ...uses("v1beta2")], [])).toEqual(["v1beta2"]);
    expect(found(old, old, [])).toEqual([]);
  });

  test("are served where the base uses them and the tree defines none; the head alone may be wrong", () => {
    expect(found(uses("v1beta2"), uses("v1beta1"), [])).toEqual(["v1beta2"]);
    expect(found([], [], [object(use(`${group}/v1beta2`, kind))])).toEqual(["v1beta2"]);
  });

  test("are added to the rehearsal's definition as its stored version is", () => {
    const here = object(
      definition(group, kind, { versions: "{name: v1, served: true, storage: true, schema: {a: b}}" }),
    );
    const wanted = ["v1", "v1beta2"].map((name) => ({ kind: `${group}/${kind}`, name }));
    expect(addedVersions(here, wanted)).toEqual([
      { name: "v1beta2", served: true, storage: false, schema: { a: "b" } },
    ]);
  });
});
