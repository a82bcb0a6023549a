import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import type { EksClusterConfig } from "../../../../infra/cluster/eks/settings.js";
import type { ClusterFacts } from "../../../../infra/cluster/existing/facts.js";
import type { ClusterKindName } from "../../../../infra/cluster/kinds.js";
import type { MinikubeConfig } from "../../../../infra/cluster/minikube/settings.js";
import { clusterContract } from "../../../contract/cluster-contract.js";
import { type MockedKind, mockedLane } from "../../../contract/mocks.js";

// Every kind by mocks. The embedded and the existing kind with real clusters:
// test/e2e/cluster-contract.test.ts; Minikube's: test/minikube/story.test.ts.

const now = { generation: 1, cluster: 1 };

const MOCKED = {
  tools: "../../../../packages/toolchain/ensure.js",
  kubeconfig: "../../../../infra/cluster/existing/single-context.js",
  facts: "../../../../infra/cluster/existing/gather.js",
};

// The unit tests share their modules, so the modules behind these mocks are loaded for this file alone.
beforeAll(() => {
  vi.resetModules();
  vi.doMock(MOCKED.tools, () => ({ ensureTools: async () => ({ kubectl: "kubectl" }) }));
  vi.doMock(MOCKED.kubeconfig, () => ({
    locateKubeconfig: (file: string | undefined) => file ?? "config",
    singleContext: async () => `kubeconfig ${now.generation}`,
  }));
  vi.doMock(MOCKED.facts, () => ({
    gatherClusterFacts: async (): Promise<ClusterFacts> => ({
      ...{ server: "https://cluster", identity: `uid-${now.cluster}`, kubernetesVersion: "v1.36.3" },
      ...{ denied: [], flux: undefined, preexisting: new Set() },
    }),
  }));
});
afterAll(() => {
  for (const path of Object.values(MOCKED)) vi.doUnmock(path);
  vi.resetModules();
});
const state = mkdtempSync(join(tmpdir(), "timonier-contract-"));
process.env.TIMONIER_STATE = state;
afterAll(() => {
  delete process.env.TIMONIER_STATE;
  rmSync(state, { recursive: true, force: true });
});

/** One entry a kind. */
const mocked: Readonly<Record<ClusterKindName, MockedKind>> = {
  embedded: {
    answers: (type, generation, cluster) =>
      type === "timonier:embedded:Cluster"
        ? {
            ...{ kubeconfig: `kubeconfig ${generation}`, identity: `uid-${cluster}` },
            ...{ kubernetesVersion: "v1.36.3", receiver: "http://127.0.0.1:1" },
          }
        : {},
    connect: async () =>
      (await import("../../../../infra/cluster/embedded/connect.js")).embeddedCluster("west", {
        stack: "west",
        imageAutomation: false,
      }),
  },
  existing: {
    answers: () => ({}),
    connect: async (generation, cluster) => {
      Object.assign(now, { generation, cluster });
      const { existingCluster } = await import("../../../../infra/cluster/existing/connect.js");
      const wanted = {
        cluster: "west",
        components: [],
        sync: [],
        secrets: [],
        url: "https://gitlab.example",
        path: "p",
      };
      return existingCluster("contract", { kubeconfigFile: undefined, context: undefined }, wanted);
    },
  },
  minikube: {
    answers: (type, generation, cluster) =>
      type === "timonier:minikube:Cluster"
        ? {
            ...{ kubeconfig: `kubeconfig ${generation}`, identity: `uid-${cluster}` },
            ...{ kubernetesVersion: "v1.35.1", state: "running" },
          }
        : {},
    connect: async () => {
      const { minikubeCluster } = await import("../../../../infra/cluster/minikube/connect.js");
      const settings: MinikubeConfig = {
        ...{ profile: "west", owned: true, kubeconfigFile: undefined, driver: "docker", runtime: "docker" },
        ...{ kubernetesVersion: "1.35.1", nodes: 1, cpus: 2, memory: 4096, addons: [] },
        ...{ registryMirror: undefined, caFile: undefined },
      };
      return minikubeCluster("west", { name: "west", ...settings }, () => {
        throw new Error("nothing is examined beforehand in a cluster of the stack's own");
      });
    },
  },
  eks: {
    answers: (type, generation, cluster) => ({
      arn: `arn:aws:test:::${type}`,
      ...(type === "aws:eks/cluster:Cluster" && {
        ...{ endpoint: `https://eks-${generation}.example`, createdAt: `2026-11-2${cluster}` },
        certificateAuthority: { data: Buffer.from("PEM").toString("base64") },
      }),
    }),
    connect: async () => {
      const { eksCluster } = await import("../../../../infra/cluster/eks/connect.js");
      const config: EksClusterConfig = {
        ...{ region: "eu-central-1", profile: undefined, kubernetesVersion: "1.35" },
        ...{ network: { kind: "own", cidr: "10.0.0.0/16" }, nodes: { kind: "auto" }, apiSources: [] },
        ...{ adminRoles: [], publicCidrs: ["203.0.113.0/24"], logTypes: ["api"], tags: {} },
      };
      return eksCluster("west", config, {
        ...{ caller: "arn:aws:iam::1:user/a", cluster: undefined, admitted: [], versions: undefined },
        ...{ logGroup: "none", instanceType: undefined, quotas: [] },
      });
    },
  },
};

for (const [name, kind] of Object.entries(mocked)) clusterContract(name as keyof typeof mocked, mockedLane(kind));
