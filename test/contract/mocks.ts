import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import type { Cluster } from "../../infra/cluster/cluster.js";
import { manifestsOf } from "../../infra/flux/manifests.js";
import { gotkSync } from "../../packages/manifests/gotk-sync.js";
import type { Lane, Registered, Run } from "./cluster-contract.js";

/**
 * What the engine is asked to register, as far as it is read here.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
 */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getProvider(): string;
  getDeletedwith(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

/** Key by which a value that is sent tells that it is secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** How a kind is run by mocks. */
export interface MockedKind {
  /**
   * What the engine or a cloud answers, besides what was asked for.
   *
   * @param generation another value is another kubeconfig
   * @param cluster another value is another cluster
   */
  answers(type: string, generation: number, cluster: number): Record<string, unknown>;
  /** Makes the cluster; called for each run. */
  connect(generation: number, cluster: number): Promise<Cluster>;
}

/** Runs a cluster with Flux in it by mocks, as often as it takes. */
export function mockedLane({ answers, connect }: MockedKind): Lane {
  const register = async (generation: number, which: number, preview = false) => {
    const registered: Registered[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) =>
          // In a preview nothing has been made, so nobody has answered.
          preview
            ? { id: undefined, state: inputs }
            : { id: `${name}-id`, state: { ...inputs, ...answers(type, generation, which) } },
        call: ({ token, inputs }) =>
          token === "aws:index/getAvailabilityZones:getAvailabilityZones" ? { names: ["a", "b", "c"] } : inputs,
      },
      "timonier",
      "contract",
      preview,
    );
    watch(registered);
    const cluster = await connect(generation, which);
    await fluxIn(cluster);
    await settled(registered);
    return { cluster, registered };
  };
  const identifiers = async (generation: number, which: number) => {
    const { registered } = await register(generation, which);
    const [provider] = registered.filter(({ type }) => type === "pulumi:providers:kubernetes");
    return {
      name: provider?.name ?? "",
      kubeconfig: provider?.inputs.kubeconfig,
      id: provider?.inputs.clusterIdentifier,
    };
  };
  /**
   * The provider is replaced by another identifier, and by nothing else.
   *
   * @see
   * https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_nodejs
   */
  const replaced = async (generation: number, which: number) => {
    const [one, other] = [await identifiers(1, 1), await identifiers(generation, which)];
    if (generation !== 1 && one.kubeconfig === other.kubeconfig) throw new Error("the kubeconfig is the same");
    return one.id === other.id ? [] : [other.name];
  };
  return {
    run: async (): Promise<Run> => {
      const { cluster, registered } = await register(1, 1);
      return {
        resources: registered,
        kubernetesVersion: await known(cluster.kubernetesVersion),
        kubeconfigSecret: await pulumi.isSecret(cluster.kubeconfig),
        receiver: cluster.receiver && (await known(cluster.receiver)),
      };
    },
    preview: async () => (await register(1, 1, true)).registered.map(({ type, name }) => `${type} ${name}`),
    renewed: () => replaced(2, 1),
    another: () => replaced(1, 2),
  };
}

const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

/** Remembers what is registered: mocks are not told of options and secrets. */
function watch(registered: Registered[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, callback: unknown): Promise<void>;
  };
  const inner = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const sent = request.getObject().toJavaScript();
    const isSecret = (value: unknown): value is { readonly value: unknown } =>
      typeof value === "object" && value !== null && SIGNATURE in value;
    const plain = (value: unknown) => (isSecret(value) ? value.value : value);
    registered.push({
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      provider: nameIn(request.getProvider().split("::").slice(0, -1).join("::")),
      // The engine hands it on to children; that it does is seen with real clusters.
      deletedWith:
        nameIn(request.getDeletedwith()) ??
        registered.find(({ name }) => name === nameIn(request.getParent()))?.deletedWith,
      inputs: Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, plain(value)])),
      secrets: Object.keys(sent).filter((key) => isSecret(sent[key])),
    });
    return inner(request, callback);
  };
}

/** Last part of a URN. */
function nameIn(urn: string): string | undefined {
  return urn === "" ? undefined : urn.slice(urn.lastIndexOf("::") + 2);
}

/** The real component, with a Flux of one namespace and one source. */
async function fluxIn(cluster: Cluster): Promise<void> {
  const { Flux } = await import("../../infra/flux/install-flux.js");
  const credential = { username: pulumi.output("u"), password: pulumi.secret("p") };
  const repository = { credential, firstCommit: undefined, pushCredential: undefined } as never;
  new Flux("flux", {
    ...{ cluster, repositories: { setup: repository, application: repository }, caBundle: undefined, timeout: 1000 },
    plan: {
      components: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } }],
      sync: manifestsOf(gotkSync({ url: "https://gitlab.example/a.git", branch: "main", path: "clusters/west" })),
      sources: {
        setup: { namespace: "flux-system", name: "flux-system" },
        application: { namespace: "default", name: "app" },
      },
    },
  });
}

/** Ends when nothing more is registered for a while. */
async function settled(registered: readonly Registered[]): Promise<void> {
  let before = -1;
  await vi.waitFor(
    () => {
      const now = registered.length;
      const still =
        now === before && registered.some(({ name }) => name === "flux-sync-objects:flux-system/flux-system");
      before = now;
      if (!still) throw new Error("more may come");
    },
    { timeout: 20_000, interval: 200 },
  );
}
