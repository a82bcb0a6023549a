import { renderTrees, type Trees } from "@timonier/manifests/tree";
import { type AppsInput, buildApps } from "../../apps/main.js";

/**
 * Renders all manifests of apps/. The same input gives the same bytes; no file is read or written.
 *
 * @throws UserError with every validation error of every construct
 */
export function synthesize(input: AppsInput): Trees {
  return renderTrees(buildApps(input));
}
