import type { NotEvaluated } from "@timonier/report/model";
import { labelOf, type Snapshot } from "../../model/kube-objects.js";
import { unprovenRevisions } from "../../model/provided.js";
import { restore } from "../../model/restore.js";
import { type ProvidedSource, providedOf } from "./provided-sources.js";

/** Sources whose change the provided files cannot show, so that it is not evaluated. */
export function unprovenSources(
  before: Snapshot,
  after: Snapshot,
  sources: readonly ProvidedSource[],
  server: string,
): NotEvaluated[] {
  if (sources.length === 0) return [];
  const ofOci = (snapshot: Snapshot) => snapshot.filter(({ kind }) => kind === "OCIRepository");
  const forms = new Map(ofOci(after).map((one) => [labelOf(one), providedOf(sources, server, one)?.content.form]));
  const original = (snapshot: Snapshot) => ofOci(snapshot).map(restore);
  return unprovenRevisions(original(before), original(after), (one) => forms.get(labelOf(one))).map((subject) => ({
    subject,
    reason: "its revision changes, but --source provides the same files for both revisions",
    affected: true,
    option: "--source NAMESPACE/NAME=PATH with an OCI image layout that has both revisions",
  }));
}
