import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type KubeApi } from "../../core/kube-api.js";
import { isListed } from "../../delivery/rehearse/noise.js";
import type { KubeObject, Snapshot } from "../../delivery/rehearse/objects.js";

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

interface Group {
  readonly name: string;
  readonly preferredVersion: { readonly groupVersion: string };
}

/** A kind and where all of its objects are listed. */
interface Listed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
}

/** Everything that people can put into the cluster, each kind in the version that the API server prefers. */
export async function takeSnapshot(api: KubeApi): Promise<Snapshot> {
  const kinds = await listedKinds(api);
  return (await Promise.all(kinds.map((kind) => listAll(api, kind)))).flat();
}

async function listedKinds(api: KubeApi): Promise<Listed[]> {
  const { groups } = await api.call<{ groups: Group[] }>({ path: "/apis" });
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const found = await Promise.all(
    versions.map(async (apiVersion) => {
      const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
      const list = await api.find<{ resources: Resource[] }>(root);
      return (list?.resources ?? [])
        .filter(({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && isListed(apiVersion, kind))
        .map(({ name, kind }) => ({ apiVersion, kind, path: `${root}/${name}` }));
    }),
  );
  return found.flat();
}

/** How often a list is asked for that the API server cannot give just now: it opens the storage of a new kind with the first request. */
const TRIES = 60;

/** Objects of one kind, complete: a list leaves out what every item shares. */
async function listAll(api: KubeApi, { apiVersion, kind, path }: Listed): Promise<KubeObject[]> {
  for (let tries = 1; ; tries++) {
    try {
      const list = await api.find<{ items: Array<Omit<KubeObject, "apiVersion" | "kind">> }>(path);
      return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }) as unknown as KubeObject);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 429) || tries === TRIES) throw error;
      await sleep(100);
    }
  }
}
