import type { KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery, type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import type { Progress } from "@timonier/kit/progress";
import { waitFor } from "@timonier/kit/wait";
import type { KubeObject } from "./kube-object.js";
import { isForgotten, wake } from "./stuck-definitions.js";

/** How to wait. */
export interface RemovalOptions {
  /** Milliseconds for each of the steps. */
  readonly timeout: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Deletes objects of one cluster, and waits until they are gone. */
export class Removal {
  readonly discovery: KubeDiscovery;

  constructor(
    protected readonly api: KubeApi,
    private readonly options: RemovalOptions,
  ) {
    this.discovery = new KubeDiscovery(api);
  }

  /** Milliseconds for each of the steps. */
  protected get timeout(): number {
    return this.options.timeout;
  }

  find(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.discovery.find<KubeObject>(ref);
  }

  /** Asks for the end of what is there; does not wait for it. */
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
   * Ends when none of the objects is there any more.
   *
   * @param what what is waited for, as a noun
   * @throws UserError naming what does not go and the finalizers it waits for
   */
  async gone(refs: readonly ObjectRef[], what = "the end of what Flux drove"): Promise<void> {
    if (refs.length === 0) return;
    let open = refs;
    await waitFor(
      {
        what,
        where: "the cluster",
        fix: "end what its finalizers wait for, or remove them, then run the command again",
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
          if (ref.kind === "CustomResourceDefinition" && isForgotten(there, now)) await wake(this.api, ref.name, now);
        return { done: false, missing: left.map(({ ref, there }) => waitsFor(ref, there)).join("; ") };
      },
    );
  }
}

function waitsFor(ref: ObjectRef, { metadata: { finalizers = [] } }: KubeObject): string {
  return `${refName(ref)} is still there${finalizers.length > 0 ? `, waits for ${finalizers.join(", ")}` : ""}`;
}
