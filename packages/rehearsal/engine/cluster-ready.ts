import { clusterName } from "@timonier/control-plane/layout";
import { ApiError } from "@timonier/kit/kube-api";
import { waitFor } from "@timonier/kit/wait";
import type { KubeObject } from "../model/kube-objects.js";
import { isProbed, probePolicies, probes } from "./admission-policies.js";
import { type ApplyClient, applyAll, deleteAll } from "./apply.js";
import { clusterProcesses } from "./cluster-processes.js";
import type { ClusterRecord } from "./cluster-record.js";
import type { StartContext } from "./control-plane.js";
import { FLUX_MANAGER, fluxControllers } from "./flux-controllers.js";
import { listeners } from "./listeners.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { waitOptions } from "./wait-options.js";

/** Waits until the API server serves every version of some definitions. */
export async function definitionsServed(
  { api }: ApplyClient,
  definitions: readonly KubeObject[],
  context: StartContext,
): Promise<void> {
  const groups = new Set(
    definitions.flatMap((one) => {
      const spec = one.spec as { group: string; versions: ReadonlyArray<{ name: string; served: boolean }> };
      return spec.versions.filter(({ served }) => served).map(({ name }) => `/apis/${spec.group}/${name}`);
    }),
  );
  await waitFor(waitOptions("the definitions of Flux's kinds", context), async () => {
    const served = await Promise.all([...groups].map((path) => api.find(path)));
    return served.every(Boolean) ? { done: true, value: undefined } : { done: false, missing: "not served yet" };
  });
}

/**
 * Waits until the API server can change objects of Flux's kinds, which it rejects until it has read
 * their schemas, and until every mutating policy that was written before this call is in force.
 */
export async function mutationsInForce(client: ApplyClient, context: StartContext): Promise<void> {
  const probeLabel = `m${Date.now()}`;
  const policies = probePolicies(probeLabel);
  await applyAll(client, policies, "timonier");
  await waitFor(waitOptions("the rehearsal's admission policies", context), async () => {
    const missing = { done: false, missing: "the API server does not know Flux's kinds yet" } as const;
    try {
      const tried = await applyAll(client, probes, FLUX_MANAGER, true);
      return tried.every((one) => isProbed(one, probeLabel)) ? { done: true, value: undefined } : missing;
    } catch (error) {
      if (error instanceof ApiError && error.code === 503) return missing;
      throw error;
    }
  });
  await deleteAll(client, policies);
}

/** Waits until the controller manager has made the node Ready and has created the first ServiceAccount. */
export async function accountsReady({ api }: ApplyClient, context: StartContext): Promise<void> {
  await waitFor(waitOptions("the rehearsal's controllers", context), async () => {
    const node = await api.find<{ status?: { conditions?: Array<{ type: string; status: string }> } }>(
      `/api/v1/nodes/${clusterName}`,
    );
    if (!node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) {
      return { done: false, missing: "the node is not Ready" };
    }
    const account = await api.find("/api/v1/namespaces/default/serviceaccounts/default");
    return account ? { done: true, value: undefined } : { done: false, missing: "no ServiceAccount default" };
  });
}

/**
 * Waits until kube-controller-manager works. While it starts, nothing changes, which would count as
 * the end of a rollout. It recreates the ConfigMap kube-root-ca.crt after this function has deleted
 * it.
 */
export async function controllerManagerReady({ api }: ApplyClient, context: StartContext): Promise<void> {
  const path = "/api/v1/namespaces/kube-node-lease/configmaps/kube-root-ca.crt";
  try {
    await api.call({ method: "DELETE", path });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A policy of the base may reject the deletion.
    if (error.code !== 404) return;
  }
  await waitFor(waitOptions("the controller manager", context), async () =>
    (await api.find(path)) ? { done: true, value: undefined } : { done: false, missing: "it does nothing yet" },
  );
}

/** Waits until the Flux controllers answer on their own ports. */
export async function fluxReady(
  { record, layout }: { readonly record: ClusterRecord; readonly layout: RehearsalLayout },
  context: StartContext,
): Promise<void> {
  const ports = fluxControllers.map((name) => record.ports[`${name.replace("-controller", "")}HealthPort`] ?? 0);
  await waitFor(waitOptions("the Flux controllers", context, layout.flux), async () => {
    const ready = await Promise.all(ports.map((port) => responds(`http://127.0.0.1:${port}/readyz`)));
    if (ready.every(Boolean)) {
      const running = clusterProcesses(layout);
      const pids = fluxControllers.flatMap((name) => running.get(name) ?? []).map(({ pid }) => pid);
      const foreign = [...listeners(ports, pids)].flatMap(([port, who]) => (who === "ours" ? [] : [port]));
      if (foreign.length === 0) return { done: true, value: undefined };
      return { done: false, missing: `another program answers on port ${foreign.join(", ")}` };
    }
    return { done: false, missing: fluxControllers.filter((_, index) => !ready[index]).join(", ") };
  });
}

async function responds(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
