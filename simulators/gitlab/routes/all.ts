import type { Route } from "../http/route.js";
import { approvalRoutes } from "./approvals.js";
import { branchRoutes } from "./branches.js";
import { commitRoutes } from "./commits.js";
import { deployTokenRoutes } from "./deploy-tokens.js";
import { fileRoutes } from "./files.js";
import { groupRoutes } from "./groups.js";
import { hookRoutes } from "./hooks.js";
import { instanceRoutes } from "./instance.js";
import { issueRoutes } from "./issues.js";
import { keyRoutes } from "./keys.js";
import { labelRoutes } from "./labels.js";
import { memberRoutes } from "./members.js";
import { mergeRequestRoutes } from "./merge-requests.js";
import { mergingRoutes } from "./merging.js";
import { namespaceRoutes } from "./namespaces.js";
import { noteRoutes } from "./notes.js";
import { projectRoutes } from "./projects.js";
import { protectedBranchRoutes } from "./protected-branches.js";
import { protectedTagRoutes } from "./protected-tags.js";
import { scheduleRoutes } from "./schedules.js";
import { statusRoutes } from "./statuses.js";
import { tagRoutes } from "./tags.js";
import { tokenRoutes } from "./tokens.js";
import { userRoutes } from "./users.js";
import { variableRoutes } from "./variables.js";

/** The whole API. */
export const allRoutes: readonly Route[] = [
  ...instanceRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...groupRoutes,
  ...namespaceRoutes,
  ...memberRoutes,
  ...projectRoutes,
  ...fileRoutes,
  ...commitRoutes,
  ...branchRoutes,
  ...protectedBranchRoutes,
  ...protectedTagRoutes,
  ...mergeRequestRoutes,
  ...mergingRoutes,
  ...noteRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...statusRoutes,
  ...deployTokenRoutes,
  ...hookRoutes,
  ...approvalRoutes,
  ...variableRoutes,
  ...scheduleRoutes,
  ...keyRoutes,
  ...tagRoutes,
];
