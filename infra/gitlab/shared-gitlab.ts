import { existsSync, readFileSync } from "node:fs";
import { type Layout, layoutOf } from "@timonier/gitlab-simulator/layout";
import { readAddress, urlOf } from "@timonier/gitlab-simulator/server-address";
import { readSettings } from "@timonier/gitlab-simulator/settings";
import { embeddedGitLabFolder, StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

/** Where the embedded GitLab of another stack answers. */
export interface SharedGitLab {
  readonly url: string;
  /** PEM file of the authority that signed its certificate. */
  readonly caFile: string;
}

/** User of a token: the administrator, or the maintainer who merges. */
export type SharedTokenUser = "administrator" | "maintainer";

/**
 * Finds the embedded GitLab of another stack on this machine.
 *
 * @throws UserError when that stack has none
 */
export function findSharedGitLab(stack: string, state = new StateFolder()): SharedGitLab {
  const layout = layoutFor(stack, state);
  const address = readAddress(layout);
  if (address) return { url: urlOf(readSettings(layout.settings), address.port), caFile: layout.ca };
  throw new UserError(
    `stack ${stack} has no embedded GitLab`,
    "setting timonier:gitlabStack",
    `create that stack first: npx timonier up -s ${stack}`,
    { code: "TIM-415" },
  );
}

/** Token of a user of that GitLab. @throws UserError when there is none */
export function sharedToken(stack: string, user: SharedTokenUser, state = new StateFolder()): string {
  const layout = layoutFor(stack, state);
  const file = user === "administrator" ? layout.rootToken : layout.maintainerToken;
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  throw new UserError("the token of the embedded GitLab is missing", file, `npx timonier up -s ${stack}`, {
    code: "TIM-404",
  });
}

function layoutFor(stack: string, state: StateFolder): Layout {
  return layoutOf(embeddedGitLabFolder(state, stack));
}
