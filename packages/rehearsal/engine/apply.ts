import { ApiError, type KubeApi } from "@timonier/kit/kube-api";
import type { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { UserError } from "@timonier/kit/user-error";
import { type KubeObject, labelOf, refOf } from "../model/kube-objects.js";

/** An API server, and the kinds that it serves. */
export interface ApplyClient {
  readonly api: KubeApi;
  readonly discovery: KubeDiscovery;
}

/**
 * Applies objects in their order by server-side apply, as a field manager.
 *
 * @returns the objects as the server has them
 */
export async function applyAll(
  client: ApplyClient,
  objects: readonly KubeObject[],
  manager: string,
  dryRun = false,
): Promise<KubeObject[]> {
  const applied: KubeObject[] = [];
  for (const object of objects) applied.push(await applyOne(client, object, manager, dryRun));
  return applied;
}

/** Deletes objects of kinds that the API server serves. Those that do not exist are ignored. */
export async function deleteAll({ api, discovery }: ApplyClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const path = await discovery.path(refOf(object));
    if (path === undefined) continue;
    await api.call({ method: "DELETE", path }).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
    });
  }
}

/** Applies one object by server-side apply. @throws UserError for a kind that the API server does not serve */
export async function applyOne(
  { api, discovery }: ApplyClient,
  object: KubeObject,
  manager: string,
  dryRun = false,
): Promise<KubeObject> {
  const path = await discovery.path(refOf(object));
  if (path === undefined) {
    throw new UserError(
      `there is no kind ${object.kind} in ${object.apiVersion}`,
      labelOf(object),
      "give its definition with --assume FILE, or correct its apiVersion and kind",
      { code: "TIM-602" },
    );
  }
  return api.call<KubeObject>({
    method: "PATCH",
    path,
    query: { fieldManager: manager, force: "true", ...(dryRun && { dryRun: "All" }) },
    body: object,
    contentType: "application/apply-patch+yaml",
  });
}
