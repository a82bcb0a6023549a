import type { ChangedTree, Reader } from "../model/coverage.js";
import { isReconciliation } from "../model/flux-objects.js";
import { at, type KubeObject, labelOf, listAt, type Snapshot, textAt } from "../model/kube-objects.js";
import type { ReadableTree } from "../model/kustomize-reads.js";
import { gitIn } from "./git-clone.js";
import type { ServedTree, TreeRevision } from "./served-trees.js";

/** Reads the tree that the merge changes: all paths of base and head, and which files differ. */
export async function changedTree({ gitDir, base, head, scanned }: ServedTree): Promise<ChangedTree> {
  const [before, after, changed] = await Promise.all([
    readableTree(gitDir, base),
    readableTree(gitDir, head),
    differingPaths(gitDir, base.commit, head.commit),
  ]);
  return { base: before, head: after, changed, documents: scanned.head };
}

/** A revision of a tree with all of its paths. */
export async function readableTree(gitDir: string, { commit, files }: TreeRevision): Promise<ReadableTree> {
  const listed = lines(await gitIn(gitDir, ["ls-tree", "-r", "-z", "--full-tree", commit]));
  const entries = listed.map((line) => ({ mode: line.slice(0, 6), path: line.slice(line.indexOf("\t") + 1) }));
  const links = entries.filter(({ mode }) => !mode.startsWith("100"));
  return { files, paths: entries.map(({ path }) => path), links: links.map(({ path }) => path) };
}

/** Paths of the files that differ between two commits. */
export async function differingPaths(gitDir: string, base: string, head: string): Promise<string[]> {
  if (base === head) return [];
  return lines(await gitIn(gitDir, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", base, head]));
}

function lines(output: Buffer): string[] {
  return output.toString().split("\0").filter(Boolean);
}

/**
 * Folders of one tree that Kustomizations and releases read.
 *
 * @param isOfTree whether a source reads that tree
 */
export function readersOf(snapshots: readonly Snapshot[], isOfTree: (source: KubeObject) => boolean): Reader[] {
  return snapshots.flatMap((snapshot) => {
    const sources = new Map(snapshot.filter(isOfTree).map((one) => [labelOf(one), one]));
    return snapshot.filter(isReconciliation).flatMap((object) => {
      const folders = object.kind === "Kustomization" ? [textAt(object, "spec", "path") ?? "."] : chartFolders(object);
      const ref = at(object, "spec", "sourceRef") ?? at(object, "spec", "chart", "spec", "sourceRef");
      const namespace = textAt(ref, "namespace") ?? object.metadata.namespace;
      if (!sources.has(`${textAt(ref, "kind")} ${namespace}/${textAt(ref, "name")}`)) return [];
      return folders.map((folder): Reader => ({ name: labelOf(object), folder }));
    });
  });
}

/** The folder of a chart, and the folders of its values files. */
function chartFolders(release: KubeObject): string[] {
  const chart = textAt(release, "spec", "chart", "spec", "chart");
  const values = listAt(release, "spec", "chart", "spec", "valuesFiles").filter((one) => typeof one === "string");
  return chart === undefined ? [] : [chart, ...values.map((file) => file.slice(0, Math.max(file.lastIndexOf("/"), 0)))];
}
