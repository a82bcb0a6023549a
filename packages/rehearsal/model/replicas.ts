import { conditionOf, type KubeObject, numberAt, textAt } from "./kube-objects.js";

/** `spec.progressDeadlineSeconds` without a limit: the Deployment then never reports progress. */
const NO_DEADLINE = 2_147_483_647;

/** What a workload's replicas lack, by the rules of kstatus; undefined when they are complete. */
export function missingReplicas(object: KubeObject): string | undefined {
  if (object.status === undefined) return "has no status yet";
  if (numberAt(object, "status", "observedGeneration") === undefined) return "is not observed yet";
  switch (object.kind) {
    case "Deployment":
      return missingOfDeployment(object);
    case "StatefulSet":
      return missingOfStatefulSet(object);
    case "DaemonSet":
      return missingOfDaemonSet(object);
    default:
      return missingOfReplicaSet(object);
  }
}

function countsOf(object: KubeObject) {
  return (field: string) => numberAt(object, "status", field) ?? 0;
}

function wantedOf(object: KubeObject): number {
  return numberAt(object, "spec", "replicas") ?? 1;
}

/** Message about the first count that is too small. */
function tooFew(wanted: number, counts: ReadonlyArray<readonly [number, string]>): string | undefined {
  const found = counts.find(([have]) => have < wanted);
  return found && `${found[0]} of ${wanted} ${found[1]}`;
}

function missingOfDeployment(object: KubeObject): string | undefined {
  const count = countsOf(object);
  const wanted = wantedOf(object);
  const few = tooFew(wanted, [
    [count("replicas"), "replicas are there"],
    [count("updatedReplicas"), "replicas are updated"],
  ]);
  if (few !== undefined) return few;
  if (count("replicas") > wanted) return "old replicas are still there";
  const unavailable = tooFew(count("updatedReplicas"), [[count("availableReplicas"), "replicas are available"]]);
  const unready = unavailable ?? tooFew(wanted, [[count("readyReplicas"), "replicas are ready"]]);
  if (unready !== undefined) return unready;
  const progress = conditionOf(object, "Progressing");
  const progressed = progress?.status === "True" && progress.reason === "NewReplicaSetAvailable";
  const deadline = numberAt(object, "spec", "progressDeadlineSeconds") ?? NO_DEADLINE;
  if (!progressed && deadline !== NO_DEADLINE) return "its rollout is not complete";
  return conditionOf(object, "Available")?.status === "True" ? undefined : "is not available";
}

function missingOfStatefulSet(object: KubeObject): string | undefined {
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") return undefined;
  const count = countsOf(object);
  const wanted = wantedOf(object);
  const few = tooFew(wanted, [
    [count("replicas"), "replicas are there"],
    [count("readyReplicas"), "replicas are ready"],
  ]);
  if (few !== undefined) return few;
  if (count("replicas") > wanted) return "old replicas are still there";
  const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition");
  if (partition !== undefined) return tooFew(wanted - partition, [[count("updatedReplicas"), "replicas are updated"]]);
  const current = tooFew(wanted, [[count("currentReplicas"), "replicas are updated"]]);
  const revisions = ["currentRevision", "updateRevision"].map((field) => textAt(object, "status", field));
  return current ?? (revisions[0] === revisions[1] ? undefined : "its rollout is not complete");
}

function missingOfDaemonSet(object: KubeObject): string | undefined {
  const count = countsOf(object);
  const wanted = numberAt(object, "status", "desiredNumberScheduled");
  if (wanted === undefined) return "is not observed yet";
  return tooFew(wanted, [
    [count("currentNumberScheduled"), "pods are there"],
    [count("updatedNumberScheduled"), "pods are updated"],
    [count("numberAvailable"), "pods are available"],
    [count("numberReady"), "pods are ready"],
  ]);
}

function missingOfReplicaSet(object: KubeObject): string | undefined {
  const count = countsOf(object);
  const wanted = wantedOf(object);
  const few = tooFew(wanted, [
    [count("fullyLabeledReplicas"), "replicas are there"],
    [count("availableReplicas"), "replicas are available"],
    [count("readyReplicas"), "replicas are ready"],
  ]);
  return few ?? (count("replicas") > wanted ? "old replicas are still there" : undefined);
}
