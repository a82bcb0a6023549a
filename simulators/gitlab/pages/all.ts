import { filePages } from "./files.js";
import { historyPages } from "./history.js";
import { mergeRequestActions } from "./merge-request-actions.js";
import { mergeRequestPages } from "./merge-requests.js";
import { namespacePages } from "./namespaces.js";
import { treePages } from "./project.js";
import { signInPages } from "./sign-in.js";
import type { PageRoute } from "./visit.js";

/** Every page for people. */
export const allPages: readonly PageRoute[] = [
  ...signInPages,
  ...namespacePages,
  ...treePages,
  ...filePages,
  ...historyPages,
  ...mergeRequestPages,
  ...mergeRequestActions,
];
