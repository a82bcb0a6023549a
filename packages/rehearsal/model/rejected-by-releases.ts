import type { ObjectChange, Reconciliation } from "@timonier/report/model";

/**
 * Objects at which a release stops, by helm-controller's words. What else the chart would change is not known: Helm applies its objects in turn
 * and stops at the first that is refused.
 */
export function rejectedByReleases(order: readonly Reconciliation[]): ObjectChange[] {
  return order.flatMap(({ ref, ready, readyBefore, message = "" }): ObjectChange[] => {
    if (ref.kind !== "HelmRelease" || ready !== "False" || readyBefore === "False") return [];
    const found = [...message.matchAll(/server-side apply failed for object (\S+?)\/(\S+) (\S+), Kind=(\w+): (.*)/g)];
    return found.map(([, namespace = "", name = "", apiVersion = "", kind = "", words = ""]) => ({
      ref: { apiVersion, kind, namespace, name },
      action: "rejected",
      dataLoss: false,
      message: words,
      owner: `HelmRelease ${ref.namespace}/${ref.name}`,
      diff: "",
    }));
  });
}
