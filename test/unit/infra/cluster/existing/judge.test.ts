import { expect, test } from "vitest";
import type { ClusterFacts, FluxFacts, WantedInCluster } from "../../../../../infra/cluster/existing/facts.js";
import { installerOf } from "../../../../../infra/cluster/existing/gather.js";
import { judgeCluster } from "../../../../../infra/cluster/existing/judge.js";
import { versions } from "../../../../../packages/kit/versions.js";

const wanted: WantedInCluster = {
  ...{ cluster: "west", components: [], sync: [], secrets: [] },
  ...{ url: "https://gitlab.example/team/setup.git", path: "clusters/west" },
};
const bare: ClusterFacts = {
  ...{ server: "https://cluster", identity: "uid", kubernetesVersion: "v1.36.3" },
  ...{ denied: [], flux: undefined, preexisting: new Set() },
};
const flux: FluxFacts = {
  ...{ namespace: "flux-system", version: versions.flux, installer: { kind: "flux" } },
  ...{ url: undefined, path: undefined },
};
const found = (facts: Partial<ClusterFacts>) => judgeCluster({ ...bare, ...facts }, wanted);
const ofFlux = (facts: Partial<FluxFacts>) => found({ flux: { ...flux, ...facts } }).at(-1);

test("Flux is installed in a cluster without it", () => {
  expect(found({}).map(({ level }) => level)).toEqual(["ok", "ok", "ok"]);
  expect(found({}).at(-1)?.message).toBe(`none; version ${versions.flux} will be installed`);
});

test("a user without permission gets only that finding, because preexisting objects may be hidden from them", () => {
  const [, access, ...rest] = found({ denied: ["create clusterroles", "get secrets in namespace default"] });
  expect(access).toMatchObject({
    level: "fatal",
    message: "the kubeconfig's user may not create clusterroles, get secrets in namespace default",
  });
  expect(rest).toEqual([]);
});

test.each([
  ["v1.33.9", "warning"],
  ["v1.33.9-eks-abcdef", "warning"],
  ["v1.34.0", "ok"],
  ["v1.36.3+k3s1", "ok"],
])("Kubernetes %s is %s", (kubernetesVersion, level) => {
  expect(found({ kubernetesVersion })[0]?.level).toBe(level);
});

test.each([
  [{ version: "2.8.1" }, "ok", `a merge request will upgrade it to ${versions.flux}`],
  [{ version: "3.0.0" }, "ok", "it stays"],
  [{ version: undefined }, "ok", "version unknown"],
  [{ installer: { kind: "this" } as const }, "ok", "installed by this stack"],
  [{ installer: { kind: "another", cluster: "east" } as const }, "fatal", "a stack installed it for clusters/east"],
  [
    { installer: { kind: "tool", tool: "Helm (release flux2)" } as const },
    "fatal",
    "installed by Helm (release flux2)",
  ],
  [{ namespace: "gitops" }, "fatal", "runs in namespace gitops"],
  [{ url: wanted.url, path: wanted.path }, "ok", `version ${versions.flux}`],
  [{ url: wanted.url, path: "clusters/east" }, "fatal", "it follows clusters/east of"],
  [{ url: "https://github.com/a/b", path: wanted.path }, "fatal", "of https://github.com/a/b, and this stack wants"],
])("a Flux with %j: %s, %s", (facts, level, words) => {
  expect(ofFlux(facts)).toMatchObject({ level, message: expect.stringContaining(words) });
});

const made = (labels: Record<string, string>, annotations: Record<string, string> = {}, manager = "flux") =>
  installerOf({ metadata: { uid: "", name: "x", labels, annotations, managedFields: [{ manager }] } }, "west");

test.each([
  [{}, {}, { kind: "flux" }],
  [{}, { "timonier/cluster": "west" }, { kind: "this" }],
  [{}, { "timonier/cluster": "east" }, { kind: "another", cluster: "east" }],
  [{ "fluxcd.controlplane.io/name": "flux" }, {}, { kind: "tool", tool: "flux-operator (FluxInstance flux)" }],
  [
    { "app.kubernetes.io/managed-by": "Helm" },
    { "meta.helm.sh/release-name": "f" },
    { kind: "tool", tool: "Helm (release f)" },
  ],
  [{ "argocd.argoproj.io/instance": "flux" }, {}, { kind: "tool", tool: "Argo CD (application flux)" }],
  [
    {},
    { "argocd.argoproj.io/tracking-id": "flux:apps/Deployment:a/b" },
    { kind: "tool", tool: "Argo CD (application flux)" },
  ],
  [{ "olm.owner": "flux.v2" }, {}, { kind: "tool", tool: "Operator Lifecycle Manager (flux.v2)" }],
  [{ "app.kubernetes.io/managed-by": "eks-addon" }, {}, { kind: "tool", tool: "eks-addon" }],
])("labels %j and annotations %j tell the maker", (labels, annotations, maker) => {
  expect(made(labels, annotations)).toEqual(maker);
});

test("what Pulumi applied without an owner annotation is reported as such: the annotation may have been removed", () => {
  const installer = made({}, {}, "pulumi-kubernetes-1a2b3c");
  expect(installer).toEqual({ kind: "pulumi", manager: "pulumi-kubernetes-1a2b3c" });
  expect(ofFlux({ installer })).toMatchObject({
    level: "fatal",
    message: expect.stringMatching(
      /^Pulumi applied it \(field manager pulumi-kubernetes-1a2b3c\).* no annotation timonier\/cluster: another program created it, or the annotation was removed$/,
    ),
    fix: expect.stringContaining("if it is this stack's: kubectl annotate deployments -n flux-system"),
  });
});
