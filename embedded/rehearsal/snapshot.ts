import type { KubeApi } from "../../core/kube-api.js";
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

/** Objects of one kind, complete: a list leaves out what every item shares. */
export async function listAll(api: KubeApi, { apiVersion, kind, path }: Listed): Promise<KubeObject[]> {
  const list = await api.find<{ items: Array<Omit<KubeObject, "apiVersion" | "kind">> }>(path);
  return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }) as unknown as KubeObject);
}
