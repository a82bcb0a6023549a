import { ApiObject } from "cdk8s";
import { buildExample, type Example } from "../../../examples/all.js";
import type { KubeApi } from "../../../packages/kit/kube-api.js";
import { apply, eventually, fluxManifests, type KubeObject, pathOf } from "../cluster-support.js";

/**
 * Installs the custom resource definitions of Flux's image controllers. `flux install` leaves them
 * out unless it is asked for these controllers.
 */
export async function installImageDefinitions(api: KubeApi): Promise<void> {
  const extra = "--components-extra=image-reflector-controller,image-automation-controller";
  const definitions = (await fluxManifests(extra)).filter(
    ({ kind, metadata }) => kind === "CustomResourceDefinition" && metadata.name.endsWith(".image.toolkit.fluxcd.io"),
  );
  await apply(api, definitions);
  for (const definition of definitions) {
    await eventually(definition.metadata.name, async () => {
      const found = await api.find<{ status?: { conditions?: Array<{ type: string; status: string }> } }>(
        pathOf(definition),
      );
      return found?.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
    });
  }
}

/**
 * The objects of an example, with Flux's suspended: a controller that fetched from the example's
 * hosts would make the test depend on the network.
 */
export function suspendedObjects(example: Example): KubeObject[] {
  const objects = buildExample(example)
    .node.findAll()
    .filter((construct) => construct instanceof ApiObject);
  return objects.map((object) => {
    const manifest: KubeObject & { spec?: object } = object.toJson();
    if (!object.apiGroup.endsWith(".toolkit.fluxcd.io")) return manifest;
    return { ...manifest, spec: { ...manifest.spec, suspend: true } };
  });
}

/**
 * Applies by server-side apply without force: the API server rejects unknown fields, and fields of
 * an object that the cluster had before.
 */
export async function applyStrictly(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    await api.call({
      method: "PATCH",
      path: pathOf(object),
      query: { fieldManager: "examples", fieldValidation: "Strict" },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }
}
