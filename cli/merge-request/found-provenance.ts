import type { ObjectCause } from "@timonier/manifests/object-provenance";
import { causesOf } from "@timonier/provenance/provenance";
import { progress } from "../terminal.js";

/** The lines behind what is synthesized; none where they cannot be found: they help whoever reviews, and change nothing. */
export async function findProvenance(asked: Parameters<typeof causesOf>[0]): Promise<readonly ObjectCause[]> {
  try {
    return await causesOf(asked);
  } catch (error) {
    progress(`the lines behind the changes are left out: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
