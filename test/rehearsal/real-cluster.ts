import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { toolsIn } from "../../packages/control-plane/tools.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { KubeDiscovery, type ObjectRef } from "../../packages/kit/kube-discovery.js";
import { removeCluster, startCluster } from "../../simulators/cluster/lifecycle.js";
import { apiOf, apply, eventually, fluxManifests, type KubeObject, toolFolder } from "../e2e/cluster-support.js";
import { syncFile } from "./repository.js";

/**
 * The cluster of the real merges: Flux as `flux install` installs it, and no part of the rehearsal.
 */
export interface RealCluster {
  readonly api: KubeApi;
  /** Applies the source and the Kustomization of a repository, as `flux bootstrap` does. */
  follow(name: string, url: string): Promise<void>;
  /** Applies manifests of objects that the cluster has outside of Git. */
  provide(text: string): Promise<void>;
  /** Requests a reconciliation, as `flux reconcile` does. */
  reconcile(object: ObjectRef): Promise<void>;
  remove(): Promise<void>;
}

/** Starts a cluster in a temporary folder. */
export async function startRealCluster(): Promise<RealCluster> {
  const root = mkdtempSync(join(tmpdir(), "timonier-corpus-"));
  const dir = join(root, "cluster");
  const clean = async () => {
    await removeCluster(dir);
    rmSync(root, { recursive: true, force: true });
  };
  try {
    await startCluster(dir, toolsIn(toolFolder));
    const api = apiOf(dir);
    await apply(api, await fluxManifests());
    for (const name of ["source-controller", "kustomize-controller", "helm-controller"]) {
      const path = `/apis/apps/v1/namespaces/flux-system/deployments/${name}`;
      await eventually(name, async () => {
        const found = await api.find<{ status?: { availableReplicas?: number } }>(path);
        return found?.status?.availableReplicas === 1;
      });
    }
    const discovery = new KubeDiscovery(api);
    return {
      api,
      provide: (text) => apply(api, documents(text)),
      follow: (name, url) => apply(api, documents(syncFile(name, url))),
      async reconcile(object) {
        const body = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() } } };
        await api.call({ method: "PATCH", path: (await discovery.path(object)) ?? "", body });
      },
      async remove() {
        api.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

function documents(text: string): KubeObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}
