import { KubeApi } from "@timonier/kit/kube-api";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import type { OwnerAnnotation } from "./kube-object.js";
import { ObjectRemoval, type RemovalOptions } from "./object-removal.js";

/** Kinds that are deleted last, because they contain or define the others. */
const LAST = ["CustomResourceDefinition", "Namespace"];

/**
 * Deletes those of the objects that have the owner annotation: a killed run created them and did
 * not record them. Objects without the annotation belong to other owners.
 *
 * @returns names of the deleted objects
 * @throws UserError at the timeout, with the objects that still exist
 */
export async function deleteOwned(
  kubeconfig: string,
  { annotation, value }: OwnerAnnotation,
  refs: readonly ObjectRef[],
  options: RemovalOptions,
): Promise<string[]> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new ObjectRemoval(api, options);
    const found = await Promise.all(refs.map(async (ref) => ({ ref, there: await cluster.find(ref) })));
    const owned = found.flatMap(({ ref, there }) => (there?.metadata.annotations?.[annotation] === value ? [ref] : []));
    const inOrder = [...owned].sort((one, other) => LAST.indexOf(one.kind) - LAST.indexOf(other.kind));
    await cluster.remove(inOrder);
    await cluster.waitUntilGone(inOrder, "the deletion of the objects of an interrupted run");
    return inOrder.map(refName);
  } finally {
    api.close();
  }
}
