import { ApiError } from "@timonier/kit/kube-api";
import { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import { kindDefined, versionsOf } from "../model/definitions.js";
import { addedVersions, type FluxVersion, fluxVersions } from "../model/flux-versions.js";
import { type KubeObject, labelOf } from "../model/kube-objects.js";
import { objectsOf } from "../model/scan.js";
import { namespacedPaths, stubDefinitions } from "../model/stubs.js";
import { probes, VERSIONS } from "./admission-policies.js";
import { applyOne } from "./apply.js";
import { FLUX_MANAGER } from "./flux-controllers.js";
import type { RehearsalCluster, RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalPlan } from "./rehearsal-plan.js";
import { waitOptions } from "./wait-options.js";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Definitions that the rehearsal generates before it applies the base. */
export interface GeneratedDefinitions {
  readonly stubs: readonly KubeObject[];
  readonly flux: readonly FluxVersion[];
}

/**
 * Definitions for kinds and versions that the trees use and do not define. They are part of the key
 * of a stored base.
 */
export function generatedDefinitions({ trees, root, assumed }: RehearsalPlan): GeneratedDefinitions {
  const base = trees.flatMap(({ scanned }) => scanned.base);
  const head = trees.flatMap(({ scanned }) => scanned.head);
  const kustomizations = [
    ...root.objects,
    ...objectsOf([...base, ...head], "kustomize.toolkit.fluxcd.io", "Kustomization"),
  ];
  const files = trees.flatMap((tree) => [tree.base.files, tree.head.files]);
  const namespaces = [...new Set(files)].flatMap((one) =>
    namespacedPaths({ files: one, paths: [...one.keys()], links: [] }, kustomizations),
  );
  return {
    stubs: stubDefinitions({ base, head, assumed, namespaces }),
    flux: fluxVersions(base, head, [...root.objects, ...assumed]),
  };
}

/**
 * Applies the objects that a cluster has beside its tree: definitions first, then objects of their
 * kinds.
 *
 * @throws UserError for a rejected object
 */
export async function prepareDefinitions(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  context: RehearsalContext,
): Promise<void> {
  const { stubs, flux } = generatedDefinitions(plan);
  const definitions = plan.assumed.filter((one) => kindDefined(one) !== undefined);
  await applyAssumed(cluster, definitions);
  await addVersions(cluster, flux, context);
  const applied = await applyStubs(cluster, stubs);
  await served(cluster, [...definitions, ...applied], context);
  await applyAssumed(
    cluster,
    plan.assumed.filter((one) => kindDefined(one) === undefined),
  );
}

async function applyAssumed({ api }: RehearsalCluster, objects: readonly KubeObject[]): Promise<void> {
  const discovery = new KubeDiscovery(api);
  for (const object of objects) {
    try {
      await applyOne({ api, discovery }, object, "outside-git");
    } catch (cause) {
      if (!(cause instanceof ApiError || cause instanceof UserError)) throw cause;
      const words = cause instanceof ApiError ? cause.message : cause.what;
      throw new UserError(
        `an assumed object is rejected: ${words}`,
        labelOf(object),
        "correct it in the file of --assume, and add its namespace and the definition of its kind",
        { code: "TIM-614", cause },
      );
    }
  }
}

/**
 * Applied as Flux would, so that a definition of the tree that Flux applies later owns every field.
 * Rejected stubs are left out.
 */
async function applyStubs({ api }: RehearsalCluster, stubs: readonly KubeObject[]): Promise<KubeObject[]> {
  const discovery = new KubeDiscovery(api);
  const applied: KubeObject[] = [];
  for (const stub of stubs) {
    try {
      applied.push(await applyOne({ api, discovery }, stub, FLUX_MANAGER));
    } catch (error) {
      // A file that no Kustomization applies may contain something that only looks like an object.
      if (!(error instanceof ApiError && error.code < 500)) throw error;
    }
  }
  return applied;
}

/** Waits until the API server serves every kind of some definitions, in every version. */
async function served(
  { api }: RehearsalCluster,
  definitions: readonly KubeObject[],
  context: RehearsalContext,
): Promise<void> {
  if (definitions.length === 0) return;
  await waitFor(waitOptions("the definitions of further kinds", context), async () => {
    const discovery = new KubeDiscovery(api);
    for (const object of definitions) {
      const [group, kind] = (kindDefined(object) as string).split("/") as [string, string];
      for (const { name, served } of versionsOf(object)) {
        if (served && !(await discovery.kind(`${group}/${name}`, kind)))
          return { done: false, missing: `${object.metadata.name} is not served yet` };
      }
    }
    return { done: true, value: undefined };
  });
}

/** Adds versions to the rehearsal's own definitions of Flux. */
async function addVersions(
  cluster: RehearsalCluster,
  wanted: readonly FluxVersion[],
  context: RehearsalContext,
): Promise<void> {
  const { items } = await cluster.api.call<{ items: KubeObject[] }>({ path: DEFINITIONS });
  const changed: KubeObject[] = [];
  for (const item of items) {
    const definition: KubeObject = { ...item, apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
    const kind = kindDefined(definition);
    const added = addedVersions(
      definition,
      wanted.filter((one) => one.kind === kind),
    );
    if (added.length === 0) continue;
    const names = added.map(({ name }) => name).join(",");
    const spec = { versions: [...versionsOf(definition), ...added] };
    await cluster.api.call({
      method: "PATCH",
      path: `${DEFINITIONS}/${item.metadata.name}`,
      query: { fieldManager: "timonier" },
      body: { metadata: { annotations: { [VERSIONS]: names } }, spec },
    });
    changed.push({ ...definition, spec: { ...(definition.spec as object), ...spec } });
  }
  await served(cluster, changed, context);
  await admitsVersions(cluster, changed, context);
}

/** Waits until the API server can change objects of these versions: it rejects them until it has read their schemas. */
async function admitsVersions(
  { api }: RehearsalCluster,
  definitions: readonly KubeObject[],
  context: RehearsalContext,
): Promise<void> {
  const tried = definitions.flatMap((definition) =>
    probes
      .filter((probe) => kindDefined(definition) === `${probe.apiVersion.split("/")[0]}/${probe.kind}`)
      .flatMap((probe) =>
        versionsOf(definition).map(({ name }) => ({
          ...probe,
          apiVersion: `${probe.apiVersion.split("/")[0]}/${name}`,
        })),
      ),
  );
  if (tried.length === 0) return;
  await waitFor(waitOptions("admission of Flux's further versions", context), async () => {
    const discovery = new KubeDiscovery(api);
    for (const probe of tried) {
      try {
        await applyOne({ api, discovery }, probe, FLUX_MANAGER, true);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code === 503)
          return { done: false, missing: `${probe.apiVersion} is not known to the API server yet` };
      }
    }
    return { done: true, value: undefined };
  });
}
