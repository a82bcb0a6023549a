import { accessLevels } from "../model/access-level.js";
import { canReadCode, canSeeGroup, canSeeProject, groupLevel, projectLevel } from "../model/membership.js";
import { findGroup, findProject } from "../model/namespaces.js";
import { forbidden, notFound, unauthorized } from "../model/problem.js";
import type { User } from "../model/types/accounts.js";
import type { LocatedRequest } from "../model/types/merge-requests.js";
import type { Group, Project } from "../model/types/projects.js";
import type { Call } from "./route.js";

/** The user who calls. @throws Problem 401 without a token */
export function userOf(call: Call): User {
  if (!call.caller) throw unauthorized();
  return call.caller.user;
}

/** @throws Problem 403 unless the caller is an administrator */
export function administrator(call: Call): User {
  const user = userOf(call);
  call.role = Math.max(call.role, accessLevels.admin);
  if (!user.admin) throw forbidden();
  return user;
}

/**
 * The project that the address names.
 *
 * @param level role that the call needs; 0 when it is enough to see the project
 * @throws Problem 404 for what the caller may not see, 403 for a role that is too low
 */
export function projectOf(call: Call, level: number = accessLevels.none, id = call.path.id ?? ""): Project {
  call.role = Math.max(call.role, level);
  const project = findProject(call.state, id);
  if (!project || !canSeeProject(call.state, call.caller?.user, project)) throw notFound("Project");
  if (level > 0) {
    if (!call.caller) throw unauthorized();
    if (projectLevel(call.state, call.caller.user, project, call.now) < level) throw forbidden();
  }
  return project;
}

/** The group that the address names, by the same rules. */
export function groupOf(call: Call, level: number = accessLevels.none, id = call.path.id ?? ""): Group {
  call.role = Math.max(call.role, level);
  const group = findGroup(call.state, id);
  if (!group || !canSeeGroup(call.state, call.caller?.user, group)) throw notFound("Group");
  if (level > 0) {
    if (!call.caller) throw unauthorized();
    if (groupLevel(call.state, call.caller.user, group, call.now) < level) throw forbidden();
  }
  return group;
}

/** The project, for a caller who may read its code. @throws Problem 404 or 403 */
export function codeOf(call: Call): Project {
  const project = projectOf(call);
  call.role = Math.max(call.role, accessLevels.reporter);
  if (!canReadCode(call.state, call.caller?.user, project)) throw call.caller ? forbidden() : notFound("Project");
  return project;
}

/** A feature of a project that may be switched off, or be for members only. */
type Feature = "merge_requests_access_level" | "builds_access_level";

/** @throws Problem 403 for a feature that is switched off, or not for the caller */
export function requireFeature(call: Call, project: Project, feature: Feature): void {
  const access = project.settings[feature] ?? "enabled";
  const level = projectLevel(call.state, call.caller?.user, project, call.now);
  if (access === "disabled" || (access === "private" && level < accessLevels.guest)) throw forbidden();
}

/** The project, for a caller who may see its pipelines. @throws Problem 404 or 403 */
export function pipelineProjectOf(call: Call): Project {
  const project = codeOf(call);
  requireFeature(call, project, "builds_access_level");
  const { public_builds, public_jobs = public_builds } = project.settings;
  const level = projectLevel(call.state, call.caller?.user, project, call.now);
  if (public_jobs === false && level < accessLevels.reporter) throw forbidden();
  return project;
}

/** The merge request that an address names. @throws Problem 404, or 403 where merge requests are switched off */
export function requestOf(call: Call, level: number = accessLevels.none): LocatedRequest {
  const project = projectOf(call, level);
  // A merge request shows code: guests of a private project do not see it.
  if (!canReadCode(call.state, call.caller?.user, project)) throw notFound();
  requireFeature(call, project, "merge_requests_access_level");
  const request = call.state.mergeRequests.find(
    (each) => each.projectId === project.id && String(each.iid) === call.path.iid,
  );
  if (!request) throw notFound();
  return { project, request };
}
