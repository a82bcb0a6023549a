import { KUSTOMIZE } from "../model/entries/root.js";
import { keyOf } from "../model/kube-objects.js";
import { objectsOf } from "../model/scan.js";
import type { Reading } from "../model/undecrypted.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";
import { expectation, type Planned, treeOf } from "./rehearsal-plan.js";

/** What tells which encrypted files a Kustomization reads at base or at head. */
export function readingOf(planned: Planned, cluster: RehearsalCluster, which: "base" | "head"): Reading {
  const expected = expectation(planned, cluster, which);
  const isEncrypted = planned.trees.some(({ base, head }) => base.encrypted.length + head.encrypted.length > 0);
  const documents = planned.trees.flatMap(({ planned: { base, head } }) => [...base, ...head]);
  const names = new Set(objectsOf(documents, KUSTOMIZE, "Kustomization").map(({ metadata }) => metadata.name));
  return {
    filesOf: (source) => {
      const tree = isEncrypted ? treeOf(planned, cluster, source) : undefined;
      const commit = expected(source);
      const followed = tree && planned.followed.get(tree.planned.name);
      const revisions = [tree?.[which], ...(followed ?? []).map((one) => one[which])];
      return revisions.find((one) => one !== undefined && one.commit === commit)?.files;
    },
    standIns: new Set(planned.root.objects.filter(({ metadata }) => !names.has(metadata.name)).map(keyOf)),
  };
}
