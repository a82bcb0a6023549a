import { KUSTOMIZE } from "../model/entries/root.js";
import { keyOf } from "../model/kube-objects.js";
import { objectsOf } from "../model/scan.js";
import type { EncryptedInputs } from "../model/undecrypted.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";
import { expectation, type RehearsalPlan, treeOf } from "./rehearsal-plan.js";

/** The files that Kustomizations read at base or at head, to find the encrypted ones. */
export function encryptedInputsOf(
  plan: RehearsalPlan,
  cluster: RehearsalCluster,
  which: "base" | "head",
): EncryptedInputs {
  const expected = expectation(plan, cluster, which);
  const isEncrypted = plan.trees.some(({ base, head }) => base.encrypted.length + head.encrypted.length > 0);
  const documents = plan.trees.flatMap(({ scanned: { base, head } }) => [...base, ...head]);
  const names = new Set(objectsOf(documents, KUSTOMIZE, "Kustomization").map(({ metadata }) => metadata.name));
  return {
    filesOf: (source) => {
      const tree = isEncrypted ? treeOf(plan, cluster, source) : undefined;
      const commit = expected(source);
      const followed = tree && plan.followed.get(tree.scanned.name);
      const revisions = [tree?.[which], ...(followed ?? []).map((one) => one[which])];
      return revisions.find((one) => one !== undefined && one.commit === commit)?.files;
    },
    standIns: new Set(plan.root.objects.filter(({ metadata }) => !names.has(metadata.name)).map(keyOf)),
  };
}
