import { describe, expect, test } from "vitest";
import type { ClusterKindName } from "../../infra/cluster/kinds.js";

/** What the contract wants of one kind of cluster, besides what it wants of all. */
interface KindOfCluster {
  /** Address of Flux's receiver that a GitLab on this machine reaches: known, or the cluster is elsewhere. */
  readonly receiver: boolean;
  /** The stack owns it: what is in it is deleted with it. */
  readonly owned: boolean;
  /** What Flux drives goes first: the cluster stays, or has made things outside of itself. */
  readonly drained: boolean;
  /** Whether a preview can come before the cluster: not where it is somebody else's. */
  readonly previewable: boolean;
}

/** One entry a kind. A new kind is missing here until it has one: the compiler says so. */
const kinds: Readonly<Record<ClusterKindName, KindOfCluster>> = {
  embedded: { receiver: true, owned: true, drained: false, previewable: true },
  existing: { receiver: false, owned: false, drained: true, previewable: false },
  eks: { receiver: false, owned: true, drained: true, previewable: true },
  minikube: { receiver: false, owned: true, drained: false, previewable: true },
};

/** A resource as a program registered it, by mocks and by the real engine alike. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of its explicit provider. undefined: it has the default one, or is a component without any. */
  readonly provider: string | undefined;
  /** A component has no provider of its own. */
  readonly custom: boolean;
  /** Name of the resource that it is deleted with. */
  readonly deletedWith: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Top-level inputs that are secret. */
  readonly secrets: readonly string[];
}

/** What one run of a program told. */
export interface Run {
  readonly resources: readonly Registered[];
  readonly kubernetesVersion: string;
  /** Whether the kubeconfig is secret wherever the program hands it on. */
  readonly kubeconfigSecret: boolean;
  /** undefined: GitLab on this machine does not reach it. */
  readonly receiver: string | undefined;
}

/** How a kind is run. */
export interface Lane {
  /** From nothing. */
  run(): Promise<Run>;
  /** `type name` of what a preview from nothing would make. */
  preview?(): Promise<readonly string[]>;
  /** Names of what would be replaced by a new kubeconfig of the same cluster. */
  renewed?(): Promise<readonly string[]>;
  /** Names of what would be replaced by another cluster at the same settings. */
  another?(): Promise<readonly string[]>;
}

/** Milliseconds for a case: one with a real cluster takes minutes on a busy machine. */
const LONG = 600_000;

/** Holds one kind to the contract, on one lane; the cases of a lane share its first run. */
export function clusterContract(name: ClusterKindName, lane: Lane): void {
  const kind = kinds[name];
  let first: Promise<Run> | undefined;
  const run = () => {
    first ??= lane.run();
    return first;
  };
  const inCluster = async () => (await run()).resources.filter(({ type }) => type.startsWith("kubernetes:"));
  const provider = async () => {
    const found = (await run()).resources.filter(({ type }) => type === "pulumi:providers:kubernetes");
    expect(found).toHaveLength(1);
    return found[0] as Registered;
  };

  describe(`the contract of clusters: ${name}`, { timeout: LONG }, () => {
    test("the kubeconfig is a secret", async () => {
      expect((await run()).kubeconfigSecret).toBe(true);
      expect((await provider()).secrets).toContain("kubeconfig");
    });

    test("one explicit provider, which knows the cluster by its identity", async () => {
      const { name: own, inputs } = await provider();
      expect(inputs.clusterIdentifier).toEqual(expect.stringMatching(/\S/));
      const objects = await inCluster();
      expect(objects.length).toBeGreaterThan(1);
      expect(objects.filter((one) => one.custom && one.provider !== own)).toEqual([]);
    });

    test("nothing has a default provider", async () => {
      const { resources } = await run();
      const open = resources.filter(
        ({ type, custom, provider: used }) =>
          custom && /^(kubernetes|gitlab|aws):/.test(type) && (used === undefined || used.startsWith("default")),
      );
      expect(open).toEqual([]);
      // The stack's own plugin has no settings, so its default provider is like any other.
      const made = resources.filter(({ type }) => /^pulumi:providers:(kubernetes|gitlab|aws)$/.test(type));
      expect(made.filter(({ name: one }) => one.startsWith("default"))).toEqual([]);
    });

    test("Kubernetes' version is told", async () => {
      expect((await run()).kubernetesVersion).toMatch(/^v1\.\d+/);
    });

    test(kind.receiver ? "GitLab on this machine reaches it" : "GitLab on this machine does not reach it", async () => {
      expect((await run()).receiver !== undefined).toBe(kind.receiver);
    });

    test(`what is in it is ${kind.owned ? "deleted with it" : "deleted by itself"}`, async () => {
      for (const one of [await provider(), ...(await inCluster()).filter(({ custom }) => custom)]) {
        expect([one.name, one.deletedWith !== undefined]).toEqual([one.name, kind.owned]);
      }
    });

    test(`what Flux drives is ${kind.drained ? "marked, and drained first" : "left to end with it"}`, async () => {
      const drains = (await run()).resources.filter(({ type }) => type === "timonier:flux:Drain");
      expect(drains).toHaveLength(kind.drained ? 1 : 0);
      for (const { secrets } of drains) expect(secrets).toContain("kubeconfig");
      for (const { name: one, inputs } of (await inCluster()).filter(({ custom }) => custom)) {
        const { annotations = {} } = (inputs.metadata ?? {}) as { annotations?: Record<string, string> };
        expect([one, "timonier/cluster" in annotations]).toEqual([one, kind.drained]);
      }
    });

    const { preview, renewed, another } = lane;
    if (preview && kind.previewable) {
      test("a preview without the cluster shows the whole plan", async () => {
        const made = (await run()).resources.map(({ type, name: one }) => `${type} ${one}`);
        const planned = await preview();
        // A default provider is the engine's own step, which its preview does not list.
        const own = (all: readonly string[]) => all.filter((one) => !/^pulumi:providers:\w+ default/.test(one)).sort();
        expect(own(planned)).toEqual(own(made));
      });
    }
    if (renewed) {
      test("a new kubeconfig of the same cluster replaces nothing", async () => {
        await run();
        expect(await renewed()).toEqual([]);
      });
    }
    if (another) {
      test("another cluster replaces the provider, and so what is in it", async () => {
        await run();
        expect(await another()).toContain((await provider()).name);
      });
    }
  });
}
