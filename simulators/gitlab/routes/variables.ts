import { groupOf, projectOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { invalid, notFound } from "../model/problem.js";
import { removeWhere } from "../model/server-state.js";
import type { Variable } from "../model/types/automation.js";

const filter = { needs: {}, may: { environment_scope: "string" } } as const;
const wish = {
  variable_type: ["env_var", "file"],
  protected: "boolean",
  masked: "boolean",
  masked_and_hidden: "boolean",
  raw: "boolean",
  environment_scope: "string",
  description: "string",
  filter,
} as const;

/** @see https://docs.gitlab.com/api/project_level_variables/ */
export const variableRoutes: readonly Route[] = (["project", "group"] as const).flatMap((kind) => {
  const base = `/${kind}s/:id/variables`;
  return [
    route("GET", base, {}, (call) => page(call, owned(call, kind), view)),
    route("GET", `${base}/:key`, { may: { filter } }, (call, { filter }) => ok(view(existing(call, kind, filter)))),
    route("POST", base, { needs: { key: "string" }, may: { ...wish, value: "string" } }, (call, values) => {
      const owner = { kind, id: ownerOf(call, kind) };
      const { key, value = "" } = values;
      const scope = values.environment_scope ?? "*";
      const masked = values.masked_and_hidden || values.masked || false;
      if (!/^[A-Za-z0-9_]{1,255}$/.test(key)) throw invalid({ key: ["can contain only letters, digits and '_'."] });
      if (owned(call, kind).some((each) => each.key === key && each.environmentScope === scope)) {
        throw invalid({ key: [`(${key}) has already been taken`] });
      }
      checkMask(value, masked);
      const variable: Variable = {
        owner,
        key,
        value,
        variableType: values.variable_type ?? "env_var",
        protected: values.protected ?? false,
        masked,
        hidden: values.masked_and_hidden ?? false,
        raw: values.raw ?? false,
        environmentScope: scope,
        description: values.description ?? null,
      };
      call.state.variables.push(variable);
      return created(view(variable));
    }),
    route("PUT", `${base}/:key`, { may: { ...wish, value: "string" } }, (call, values) => {
      const variable = existing(call, kind, values.filter);
      const masked = values.masked ?? variable.masked;
      if (variable.hidden && !masked) throw invalid({ masked: ["cannot be lifted from a hidden variable"] });
      checkMask(values.value ?? variable.value, masked);
      Object.assign(variable, {
        value: values.value ?? variable.value,
        variableType: values.variable_type ?? variable.variableType,
        protected: values.protected ?? variable.protected,
        masked,
        raw: values.raw ?? variable.raw,
        environmentScope: values.environment_scope ?? variable.environmentScope,
        description: values.description ?? variable.description,
      });
      return ok(view(variable));
    }),
    route("DELETE", `${base}/:key`, { may: { filter } }, (call, { filter }) => {
      const gone = existing(call, kind, filter);
      removeWhere(call.state.variables, (variable) => variable === gone);
      return noContent();
    }),
  ];
});

function ownerOf(call: Call, kind: "project" | "group"): number {
  return (kind === "project" ? projectOf(call, accessLevels.maintainer) : groupOf(call, accessLevels.owner)).id;
}

function owned(call: Call, kind: "project" | "group"): Variable[] {
  const id = ownerOf(call, kind);
  return call.state.variables.filter(({ owner }) => owner.kind === kind && owner.id === id);
}

function existing(
  call: Call,
  kind: "project" | "group",
  filter: { readonly environment_scope?: string } | undefined,
): Variable {
  const scope = filter?.environment_scope;
  const found = owned(call, kind).filter(
    (each) => each.key === call.path.key && (scope === undefined || each.environmentScope === scope),
  );
  const [first] = found;
  if (!first) throw notFound("Variable");
  if (found.length > 1)
    throw invalid({
      base: ["There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"],
    });
  return first;
}

/** @see https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable */
function checkMask(value: string, masked: boolean): void {
  if (masked && !/^\S{8,}$/.test(value)) throw invalid({ value: ["is invalid"] });
}

function view(variable: Variable): Record<string, unknown> {
  return {
    variable_type: variable.variableType,
    key: variable.key,
    // A hidden value is never shown again.
    value: variable.hidden ? null : variable.value,
    protected: variable.protected,
    masked: variable.masked,
    hidden: variable.hidden,
    raw: variable.raw,
    environment_scope: variable.environmentScope,
    description: variable.description,
  };
}
