import type { Container, EnvVar, KeySelector, Pod } from "./pod-objects.js";
import { parseQuantity } from "./quantity.js";
import { expandReferences } from "./references.js";

/** ConfigMaps and Secrets that a pod names, by kind and name; values decoded. */
export interface ReferencedData {
  configMap(name: string): Readonly<Record<string, string>> | undefined;
  secret(name: string): Readonly<Record<string, string>> | undefined;
}

/** A reference that keeps a container from starting, with kubelet's reason. */
export class ContainerConfigError extends Error {
  override readonly name = "CreateContainerConfigError";
}

/**
 * The environment that a container's manifest asks for.
 *
 * @throws ContainerConfigError for a key that is not there and not optional
 */
export function containerEnvironment(container: Container, pod: Pod, data: ReferencedData): Record<string, string> {
  const values: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const [kind, ref] = source.configMapRef
      ? (["ConfigMap", source.configMapRef] as const)
      : (["Secret", source.secretRef] as const);
    if (!ref) continue;
    const found = kind === "ConfigMap" ? data.configMap(ref.name) : data.secret(ref.name);
    if (!found && !ref.optional) throw new ContainerConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
    for (const [key, value] of Object.entries(found ?? {})) values[`${source.prefix ?? ""}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, { container, pod, data }, values);
    if (value !== undefined) values[variable.name] = value;
  }
  return values;
}

/** What the value of a variable may come from. */
interface ValueSources {
  readonly container: Container;
  readonly pod: Pod;
  readonly data: ReferencedData;
}

/** @param earlier the variables before it, which its value may refer to */
function variableValue(
  variable: EnvVar,
  { container, pod, data }: ValueSources,
  earlier: Readonly<Record<string, string>>,
): string | undefined {
  const from = variable.valueFrom;
  if (!from) return expandReferences(variable.value ?? "", earlier);
  if (from.fieldRef) return downwardField(from.fieldRef.fieldPath, pod);
  if (from.resourceFieldRef) {
    const { containerName, resource, divisor } = from.resourceFieldRef;
    const of = pod.spec.containers.find(({ name }) => name === containerName) ?? container;
    return resourceField(of, resource, divisor);
  }
  if (from.configMapKeyRef) {
    return keyOf("configmap", from.configMapKeyRef, data.configMap(from.configMapKeyRef.name));
  }
  if (from.secretKeyRef) return keyOf("secret", from.secretKeyRef, data.secret(from.secretKeyRef.name));
  return undefined;
}

function keyOf(
  kind: string,
  ref: KeySelector,
  found: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const value = found?.[ref.key];
  if (value !== undefined || ref.optional) return value;
  throw new ContainerConfigError(
    found ? `couldn't find key ${ref.key} in ${kind} ${ref.name}` : `${kind} "${ref.name}" not found`,
  );
}

/** @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function downwardField(path: string, pod: Pod): string {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry?.[1] && entry[2]) return pod.metadata[entry[1] as "labels" | "annotations"]?.[entry[2]] ?? "";
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName,
    "status.podIP": pod.status?.podIP,
    "status.podIPs": pod.status?.podIP,
    "status.hostIP": "127.0.0.1",
    "status.hostIPs": "127.0.0.1",
  };
  return fields[path] ?? "";
}

/** Rounded up to whole divisors, as kubelet does. */
function resourceField(container: Container, resource: string, divisor: string | undefined): string | undefined {
  const [group, name] = resource.split(".", 2) as [string, string];
  const quantity = container.resources?.[group as "limits" | "requests"]?.[name];
  if (quantity === undefined) return undefined;
  const unit = divisor === undefined || divisor === "0" ? 1 : parseQuantity(divisor);
  return String(Math.ceil(parseQuantity(quantity) / unit - 1e-9));
}
