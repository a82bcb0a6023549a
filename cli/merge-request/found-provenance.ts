import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import { provenanceOf } from "@timonier/provenance/provenance";
import { progress } from "../terminal.js";

/** The lines behind what is synthesized; none where they cannot be found: they help whoever reviews, and change nothing. */
export async function findProvenance(asked: Parameters<typeof provenanceOf>[0]): Promise<readonly ObjectProvenance[]> {
  try {
    return await provenanceOf(asked);
  } catch (error) {
    progress(`the lines behind the changes are left out: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
