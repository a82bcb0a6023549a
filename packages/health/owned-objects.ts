import { KubeApi } from "@timonier/kit/kube-api";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import type { Mark } from "./kube-object.js";
import { Removal, type RemovalOptions } from "./object-removal.js";

/** What has to go after everything else: the others are in it, or of its kind. */
const LAST = ["CustomResourceDefinition", "Namespace"];

/**
 * Deletes those of the named objects that carry the mark: what a run that was killed had made in a cluster, and nobody has
 * recorded. What is not marked is somebody else's, whatever its name.
 *
 * @returns names of what was deleted
 * @throws UserError naming what does not go
 */
export async function sweepMarked(
  kubeconfig: string,
  { annotation, value }: Mark,
  refs: readonly ObjectRef[],
  options: RemovalOptions,
): Promise<string[]> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Removal(api, options);
    const looked = await Promise.all(refs.map(async (ref) => ({ ref, there: await cluster.find(ref) })));
    const marked = looked.flatMap(({ ref, there }) =>
      there?.metadata.annotations?.[annotation] === value ? [ref] : [],
    );
    const inOrder = [...marked].sort((one, other) => LAST.indexOf(one.kind) - LAST.indexOf(other.kind));
    await cluster.remove(inOrder);
    await cluster.gone(inOrder, "the end of what an interrupted run had made");
    return inOrder.map(refName);
  } finally {
    api.close();
  }
}
