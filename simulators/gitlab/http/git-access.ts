import type { FastifyRequest } from "fastify";
import { accessLevels } from "../model/access-level.js";
import { canReadCode, canSeeProject, projectLevel } from "../model/membership.js";
import { gitAbilities } from "../model/scopes.js";
import type { AccessToken, DeployToken, User } from "../model/types/accounts.js";
import type { Project } from "../model/types/projects.js";
import { basicCredentials, checkDeployToken, checkToken } from "./auth.js";
import { type Context, stateOf } from "./server-context.js";

/** Who asks for a repository. */
export type GitCaller = Anonymous | GitUser | { readonly kind: "deploy-token"; readonly token: DeployToken };

interface Anonymous {
  readonly kind: "anonymous";
}

/** A user with an access token, and what the token's scopes allow. */
export interface GitUser {
  readonly kind: "user";
  readonly user: User;
  readonly token: AccessToken;
  readonly download: boolean;
  readonly push: boolean;
}

/** A refusal as Git clients show it. */
export interface GitRefusal {
  readonly status: 401 | 403 | 404;
  readonly text: string;
}

const denied: GitRefusal = {
  status: 401,
  text: "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.",
};

/** For a project that does not exist or that the caller may not see. */
export const missingProject: GitRefusal = {
  status: 404,
  text: "The project you were looking for could not be found or you don't have permission to view it.",
};

const forbidden = (text: string): GitRefusal => ({ status: 403, text });

/** The caller that the credentials belong to; undefined when they are given and wrong. */
export function identify(context: Context, request: FastifyRequest): GitCaller | undefined {
  const credentials = basicCredentials(request.headers.authorization);
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const value = credentials?.password ?? bearer;
  if (value === undefined) return request.headers.authorization ? undefined : { kind: "anonymous" };
  const now = new Date();
  const found = checkToken(stateOf(context), value, now);
  if (found.ok) {
    const { user, token } = found.caller;
    token.lastUsedAt = now.toISOString();
    return { kind: "user", user, token, ...gitAbilities(token.scopes) };
  }
  const deploy = checkDeployToken(stateOf(context), credentials?.username ?? "", value, now);
  return deploy ? { kind: "deploy-token", token: deploy } : undefined;
}

/** Why a caller may not download from a project, or push to it; undefined when it is allowed. */
export function checkAccess(
  context: Context,
  caller: GitCaller | undefined,
  project: Project | undefined,
  push: boolean,
): GitRefusal | undefined {
  const state = stateOf(context);
  if (!caller) return denied;
  if (caller.kind === "anonymous")
    return project && !push && canReadCode(state, undefined, project) ? undefined : denied;
  if (caller.kind === "deploy-token") {
    if (!project || !deployTokenReaches(context, caller.token, project)) return denied;
    if (push) return forbidden("You are not allowed to upload code.");
    const reads = caller.token.scopes.includes("read_repository");
    return reads ? undefined : forbidden("You are not allowed to download code.");
  }
  if (!project || !canSeeProject(state, caller.user, project)) return missingProject;
  if (push ? !caller.push : !caller.download)
    return forbidden(`You are not allowed to ${push ? "upload" : "download"} code.`);
  if (push) {
    const mayPush = !project.archived && projectLevel(state, caller.user, project) >= accessLevels.developer;
    return mayPush ? undefined : forbidden("You are not allowed to push code to this project.");
  }
  const reads = canReadCode(state, caller.user, project);
  return reads ? undefined : forbidden("You are not allowed to download code from this project.");
}

function deployTokenReaches(context: Context, token: DeployToken, project: Project): boolean {
  if (token.owner.kind === "project") return token.owner.id === project.id;
  const { id } = token.owner;
  const group = stateOf(context).groups.find((candidate) => candidate.id === project.namespaceId);
  for (let each = group; each; ) {
    if (each.id === id) return true;
    const { parentId } = each;
    each = stateOf(context).groups.find((candidate) => candidate.id === parentId);
  }
  return false;
}
