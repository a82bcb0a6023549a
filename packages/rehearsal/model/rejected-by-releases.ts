import type { ObjectChange, Reconciliation } from "@timonier/report/model";

/**
 * Objects at which a release stops, from helm-controller's message. Other changes of the chart are
 * not known: Helm applies its objects in order and stops at the first rejection.
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
