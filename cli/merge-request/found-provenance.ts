import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import type { Trees } from "@timonier/manifests/tree";
import { progress } from "../terminal.js";
import type { Synthesis } from "./synthesis.js";

/** Finds the source lines of the synthesized objects. An error only means that reviewers see no lines. */
export async function findProvenance(synthesis: Synthesis, base: Trees): Promise<readonly ObjectProvenance[]> {
  try {
    return await synthesis.provenance(base);
  } catch (error) {
    progress(`source lines are omitted: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
