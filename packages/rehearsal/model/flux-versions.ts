import { type DefinedVersion, definitionsIn, isFluxGroup, versionsOf } from "./definitions.js";
import { groupKindOf, groupOf, type KubeObject } from "./kube-objects.js";
import type { ScannedDocument } from "./scan.js";

/** A version of one of Flux's kinds. */
export interface FluxVersion {
  /** `GROUP/KIND` */
  readonly kind: string;
  /** `v1beta2` */
  readonly name: string;
}

/**
 * Versions of Flux's kinds that trees use and the cluster's own Flux serves: those of the tree's
 * definitions, or, for a kind without a definition, those that the base uses, because the real
 * cluster has applied it.
 *
 * @param objects objects that are applied in addition to the trees
 */
export function fluxVersions(
  base: readonly ScannedDocument[],
  head: readonly ScannedDocument[],
  objects: readonly KubeObject[],
): FluxVersion[] {
  const serving = new Map<string, Set<string>>();
  for (const { kind, object } of definitionsIn([...base, ...head])) {
    if (!object || !isFluxGroup(groupOf(kind))) continue;
    const names = serving.get(kind) ?? new Set();
    serving.set(kind, names);
    for (const { name, served } of versionsOf(object)) if (served) names.add(name);
  }
  const found = new Map<string, FluxVersion>();
  const use = (one: Pick<KubeObject, "apiVersion" | "kind">, isOld: boolean) => {
    const group = groupOf(one.apiVersion);
    const [kind, name] = [groupKindOf(one), one.apiVersion.slice(group.length + 1)];
    if (!isFluxGroup(group) || !/^v[a-z0-9]+$/.test(name)) return;
    if (serving.get(kind)?.has(name) ?? isOld) found.set(`${kind}/${name}`, { kind, name });
  };
  for (const one of [...objects, ...base]) use(one, true);
  for (const one of head) use(one, false);
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, version]) => version);
}

/**
 * Versions that a definition of the rehearsal has to serve in addition. Each has the schema of the
 * stored version, which the controllers read, because admission policies cannot handle different
 * schemas (admission-policies.ts).
 */
export function addedVersions(definition: KubeObject, wanted: readonly FluxVersion[]): DefinedVersion[] {
  const versions = versionsOf(definition);
  const stored = versions.find(({ storage }) => storage);
  const known = new Set(versions.map(({ name }) => name));
  if (!stored) return [];
  return wanted.filter(({ name }) => !known.has(name)).map(({ name }) => ({ ...stored, name, storage: false }));
}
