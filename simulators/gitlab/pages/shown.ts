import type { Mergeability } from "../merge-requests.js";
import type { MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
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
