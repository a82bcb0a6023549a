import type { Mergeability } from "../merge-requests.js";
import type { MergeRequest, Project } from "../model/types.js";
import type { Visit } from "./visit.js";

/** What the boxes of a merge request's page are made from. */
export interface Shown {
  readonly visit: Visit;
  readonly project: Project;
  readonly request: MergeRequest;
  readonly seen: Mergeability;
  /** The visitor's role, 0 for strangers; and whether the token may write. */
  readonly level: number;
}
