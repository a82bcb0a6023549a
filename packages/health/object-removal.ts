import type { KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery, type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import type { Progress } from "@timonier/kit/progress";
import { waitFor } from "@timonier/kit/wait";
import type { KubeObject } from "./kube-object.js";
import { isDeletionStuck, touchDefinition } from "./stuck-definitions.js";

/** Options of {@link ObjectRemoval}. */
export interface RemovalOptions {
  /** Timeout of each step, in milliseconds. */
  readonly timeout: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Deletes objects of a cluster and waits until they are gone. */
export class ObjectRemoval {
  readonly discovery: KubeDiscovery;

  constructor(
    protected readonly api: KubeApi,
    private readonly options: RemovalOptions,
  ) {
    this.discovery = new KubeDiscovery(api);
  }

  /** Timeout of each step, in milliseconds. */
  protected get timeout(): number {
    return this.options.timeout;
  }

  find(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.discovery.find<KubeObject>(ref);
  }

  /** Deletes the objects that exist; does not wait. */
  async remove(refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs) {
      const path = await this.discovery.path(ref);
      if (path === undefined || (await this.api.find(path)) === undefined) continue;
      await this.api.call({ method: "DELETE", path }).catch(async (error: unknown) => {
        if ((await this.api.find(path)) !== undefined) throw error;
      });
    }
  }

  /**
   * Waits until none of the objects exists any more.
   *
   * @param what the awaited event, as a noun
   * @throws UserError at the timeout, with the objects that still exist and their finalizers
   */
  async waitUntilGone(
    refs: readonly ObjectRef[],
    what = "the deletion of the objects that Flux managed",
  ): Promise<void> {
    if (refs.length === 0) return;
    let open = refs;
    await waitFor(
      {
        what,
        where: "the cluster",
        fix: "complete what the finalizers wait for, or remove the finalizers, then run the command again",
        interval: 500,
        ...this.options,
      },
      async () => {
        const looked = await Promise.all(open.map(async (ref) => ({ ref, there: await this.find(ref) })));
        const left = looked.flatMap(({ ref, there }) => (there ? [{ ref, there }] : []));
        open = left.map(({ ref }) => ref);
        if (left.length === 0) return { done: true, value: undefined };
        const now = Date.now();
        for (const { ref, there } of left)
          if (ref.kind === "CustomResourceDefinition" && isDeletionStuck(there, now))
            await touchDefinition(this.api, ref.name, now);
        return { done: false, missing: left.map(({ ref, there }) => waitsFor(ref, there)).join("; ") };
      },
    );
  }
}

function waitsFor(ref: ObjectRef, { metadata: { finalizers = [] } }: KubeObject): string {
  return `${refName(ref)} is still there${finalizers.length > 0 ? `, waits for ${finalizers.join(", ")}` : ""}`;
}
