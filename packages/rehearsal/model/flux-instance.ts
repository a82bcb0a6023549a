import { at, groupKindOf, type KubeObject, listAt, type Snapshot, textAt } from "./kube-objects.js";
import { yamlDocuments } from "./yaml-text.js";

/** Controllers that run here and whose arguments a FluxInstance can change. */
const controllers = ["source-controller", "kustomize-controller", "helm-controller"] as const;

/**
 * Arguments that a FluxInstance sets, by controller: those of multi-tenancy, and those of its
 * patches. Releases of its chart set them in their values.
 *
 * @param flags arguments that change what is applied
 * @see https://fluxoperator.dev/docs/crd/fluxinstance/#kustomize-patches
 */
export function instanceArguments(snapshot: Snapshot, flags: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const spec of snapshot.flatMap(instanceIn)) {
    for (const name of controllers) {
      const given = [
        ...ofTenancy(spec, name),
        ...listAt(spec, "kustomize", "patches").flatMap((one) => added(one, name)),
      ];
      const kept = given.filter((arg) => flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
      if (kept.length > 0) found[name] = [...(found[name] ?? []), ...kept];
    }
  }
  return found;
}

function instanceIn(object: KubeObject): unknown[] {
  if (groupKindOf(object) === "fluxcd.controlplane.io/FluxInstance") return [object.spec];
  const values =
    groupKindOf(object) === "helm.toolkit.fluxcd.io/HelmRelease" ? at(object, "spec", "values", "instance") : undefined;
  return values === undefined ? [] : [values];
}

function ofTenancy(spec: unknown, name: (typeof controllers)[number]): string[] {
  if (at(spec, "cluster", "multitenant") !== true || name === "source-controller") return [];
  const account = textAt(spec, "cluster", "tenantDefaultServiceAccount") ?? "default";
  return [
    "--no-cross-namespace-refs=true",
    `--default-service-account=${account}`,
    ...(name === "kustomize-controller" ? ["--no-remote-bases=true"] : []),
  ];
}

/** Arguments that a JSON patch (RFC 6902) adds to a controller's Deployment. */
function added(patch: unknown, name: string): string[] {
  if (textAt(patch, "target", "kind") !== "Deployment" || !isNamed(textAt(patch, "target", "name"), name)) return [];
  return operationsIn(textAt(patch, "patch") ?? "").flatMap((operation) => {
    const value = textAt(operation, "value");
    const isArgument = /\/containers\/0\/args\/[^/]+$/.test(textAt(operation, "path") ?? "");
    return isArgument && value !== undefined && textAt(operation, "op") !== "remove" ? [value] : [];
  });
}

/** The name of a patch's target is a regular expression for the whole name. */
function isNamed(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === "") return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(name);
  } catch {
    return false;
  }
}

function operationsIn(text: string): readonly unknown[] {
  try {
    const value: unknown = yamlDocuments(text)[0]?.toJS();
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
