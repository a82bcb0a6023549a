import { Environment, EvaluationError } from "@marcbachmann/cel-js";
import { at, conditionOf, type KubeObject, labelOf, listAt, numberAt, textAt } from "./kube-objects.js";

/** Whether a dependency allows the dependent object to be reconciled. */
export type DependencyState =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly message: string }
  /** Its expression is wrong: the controller reports that and stops. */
  | { readonly state: "failed"; readonly message: string }
  /** Its expression uses a function that is not known here. */
  | { readonly state: "not evaluated"; readonly message: string };

/** Feature gates of the cluster's Flux. */
export interface DependencyOptions {
  /**
   * Feature gate AdditiveCELDependencyCheck: an expression is checked in addition to the condition
   * Ready.
   *
   * @default false
   */
  readonly additive?: boolean;
}

/**
 * Whether one dependency allows an object to be reconciled, as kustomize-controller and
 * helm-controller decide: by `dependsOn[].readyExpr` if there is one, else by the dependency's
 * condition Ready. The dependency's revision is not considered.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#dependency-ready-expression
 */
export function dependencyIsReady(
  object: KubeObject,
  dependency: KubeObject,
  { additive = false }: DependencyOptions = {},
): DependencyState {
  const expression = readyExpressionOf(object, dependency);
  if (expression === undefined) return conditionIsReady(dependency);
  const state = evaluated(expression, object, dependency);
  return state.state === "ready" && additive ? conditionIsReady(dependency) : state;
}

/** The expression of an object for a dependency. @returns undefined when the condition Ready decides */
export function readyExpressionOf(object: KubeObject, dependency: KubeObject): string | undefined {
  const { name, namespace } = dependency.metadata;
  const entry = listAt(object, "spec", "dependsOn").find(
    (one) => textAt(one, "name") === name && (textAt(one, "namespace") ?? object.metadata.namespace) === namespace,
  );
  return textAt(entry, "readyExpr") || undefined;
}

function conditionIsReady(dependency: KubeObject): DependencyState {
  const observed = numberAt(dependency, "status", "observedGeneration") === dependency.metadata.generation;
  if (observed && conditionOf(dependency, "Ready")?.status === "True") return { state: "ready" };
  return { state: "waiting", message: `dependency '${nameOf(dependency)}' is not ready` };
}

/** Both objects are `google.protobuf.Struct` for the controllers: their fields have no types. */
const environment = new Environment({ enableOptionalTypes: true })
  .registerVariable("self", "map")
  .registerVariable("dep", "map");

function evaluated(expression: string, self: KubeObject, dep: KubeObject): DependencyState {
  const where = `readyExpr of ${labelOf(self)} for '${nameOf(dep)}'`;
  try {
    const program = environment.parse(expression);
    const { valid, type, error } = program.check();
    if (!valid) return notEvaluated(where, error?.message, expression);
    // The controllers compile with the type of the result, which a field alone does not have.
    if (type !== "bool") return { state: "failed", message: `${where}: expected bool, got ${type}` };
    if (program({ self, dep }) === true) return { state: "ready" };
    return { state: "waiting", message: `dependency '${nameOf(dep)}' is not ready according to readyExpr eval` };
  } catch (error) {
    const message = error instanceof Error ? firstLine(error.message) : String(error);
    if (error instanceof EvaluationError && /^No such key/.test(message))
      return { state: "waiting", message: `${where}: ${message}` };
    return notEvaluated(where, message, expression);
  }
}

/** Every CEL implementation rejects an unknown variable. Another problem may be a function that this library lacks. */
function notEvaluated(where: string, problem: string | undefined, expression: string): DependencyState {
  const message = firstLine(problem ?? "it cannot be parsed");
  const [, unknown] = /^Unknown variable: (\w+)/.exec(message) ?? [];
  if (unknown !== undefined && !new RegExp(`\\b${unknown}\\.\\w+\\(`).test(expression))
    return { state: "failed", message: `${where}: ${message}` };
  return { state: "not evaluated", message: `${where}: ${message}` };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

function nameOf({ metadata: { name, namespace } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** Whether an object has an expression for any of its dependencies. */
export function hasReadyExpression(object: KubeObject): boolean {
  return listAt(object, "spec", "dependsOn").some((one) => at(one, "readyExpr") !== undefined);
}
