import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import { provenanceOf } from "@timonier/provenance/provenance";
import { progress } from "../terminal.js";

/** Finds the source lines of the synthesized objects. An error only means that reviewers see no lines. */
export async function findProvenance(
  request: Parameters<typeof provenanceOf>[0],
): Promise<readonly ObjectProvenance[]> {
  try {
    return await provenanceOf(request);
  } catch (error) {
    progress(`source lines are omitted: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
