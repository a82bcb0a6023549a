import { accessLevels } from "../model/access-level.js";
import type { Spec, Values } from "../model/params.js";
import type { LocatedRequest } from "../model/types/merge-requests.js";
import type { Group, Project } from "../model/types/projects.js";
import { codeOf, groupOf, pipelineProjectOf, projectOf, requestOf } from "./lookups.js";
import { type Answer, type Call, type Route, type RouteOptions, route } from "./route.js";

/** Parameters of a route, and the role that it needs. */
type ScopedSpec<N extends Spec, M extends Spec> = RouteOptions & {
  readonly needs?: N;
  readonly may?: M;
  /** Role that the call needs. @default accessLevels.none: to see the object is enough */
  readonly level?: number;
};

/** A handler that is given what the address names. */
type ScopedHandler<T, N extends Spec, M extends Spec> = (
  call: Call,
  found: T,
  values: Values<N, M>,
) => Answer | Promise<Answer>;

function scoped<T>(find: (call: Call, level: number) => T) {
  return <const N extends Spec, const M extends Spec>(
    method: Route["method"],
    path: string,
    { level = accessLevels.none, ...spec }: ScopedSpec<N, M>,
    handle: ScopedHandler<T, N, M>,
  ): Route =>
    route<N, M>(method, path, spec as ScopedSpec<N, M>, (call, values) => handle(call, find(call, level), values));
}

/** A route of a project: 404 for a project that the caller may not see, 403 for a role that is too low. */
export const projectRoute = scoped<Project>((call, level) => projectOf(call, level));

/** A route of a group, by the same rules. */
export const groupRoute = scoped<Group>((call, level) => groupOf(call, level));

/** A route of a project's repository, for callers who may read its code. */
export const codeRoute = scoped<Project>((call) => codeOf(call));

/** A route of a project's pipelines, for callers who may see them. */
export const pipelineRoute = scoped<Project>((call) => pipelineProjectOf(call));

/** A route of a merge request, for callers who may read the project's code. */
export const requestRoute = scoped<LocatedRequest>((call, level) => requestOf(call, level));
