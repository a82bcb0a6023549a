import { EXPRESSION_END, FIELD_END } from "./health-expressions.js";
import { at, groupOf, type KubeObject, labelOf, type Snapshot, textAt } from "./kube-objects.js";
import { parsed, type ScannedDocument } from "./scan.js";

const SOURCE = "source.toolkit.fluxcd.io";

/** Kinds of sources that `--source` can provide as files. */
export const providedKinds = ["HelmRepository", "OCIRepository"] as const;

/** Form of provided files: charts by version, images by tag, or one content for every revision of a source. */
export type ProvidedForm = "charts" | "images" | "artifact";

/** How the trees use a source that `--source` names. */
export interface SourceUse {
  /** Kinds of the sources with this name. */
  readonly kinds: ReadonlySet<string>;
  /** Whether a Kustomization applies it as an OCIRepository: then the files are manifests and not charts. */
  readonly applied: boolean;
}

/**
 * How the trees use a source. A manifest without a namespace counts as well, because a kustomization file may add it.
 *
 * @param source `NAMESPACE/NAME`
 */
export function useOf(documents: readonly ScannedDocument[], source: string): SourceUse {
  const [namespace, name] = source.split("/");
  const isNamed = (one: unknown, own?: string) =>
    textAt(one, "name") === name && (textAt(one, "namespace") ?? own ?? namespace) === namespace;
  const objects = documents
    .filter(({ apiVersion }) => /^(source|kustomize)\.toolkit\.fluxcd\.io\//.test(apiVersion))
    .flatMap((one) => parsed(one) ?? []);
  const sources = objects.filter((one) => groupOf(one.apiVersion) === SOURCE && isNamed(one.metadata));
  const applied = objects.some((one) => {
    const ref = at(one, "spec", "sourceRef");
    return (
      one.kind === "Kustomization" && textAt(ref, "kind") === "OCIRepository" && isNamed(ref, one.metadata.namespace)
    );
  });
  return { kinds: new Set(sources.map(({ kind }) => kind)), applied };
}

/**
 * Fields of a HelmRepository that the rehearsal changes, in the order of the annotation that keeps
 * them. An OCIRepository has more: {@link ociFields}.
 */
export const helmFields = ["url", "secretRef.name", "certSecretRef.name", "provider", "insecure"] as const;

/** Fields of an OCIRepository that the rehearsal changes. The identities of its signatures follow them. */
export const ociFields = [
  ...helmFields,
  "proxySecretRef.name",
  "serviceAccountName",
  "ref.tag",
  "ref.semver",
  "ref.semverFilter",
  "ref.digest",
  "verify.provider",
  "verify.secretRef.name",
] as const;

/** The spec of the manifest, restored from the annotation. */
export function restoredSource({ kind, spec }: KubeObject, kept: readonly string[]): Record<string, unknown> {
  const fields = kind === "HelmRepository" ? helmFields : ociFields;
  const restored = structuredClone(spec ?? {}) as Record<string, unknown>;
  // Values that the rehearsal wrote.
  delete restored.insecure;
  if (kind === "OCIRepository") delete restored.ref;
  for (const [index, field] of fields.entries()) {
    const value = kept[index] ?? "";
    if (value !== "") setAt(restored, field.split("."), field === "insecure" ? value === "true" : value);
  }
  const identities = kind === "OCIRepository" ? (kept[fields.length] ?? "") : "";
  if (identities !== "")
    setAt(restored, ["verify", "matchOIDCIdentity"], identities.split(EXPRESSION_END).map(identity));
  return restored;
}

function identity(text: string): { issuer: string; subject: string } {
  const [issuer = "", subject = ""] = text.split(FIELD_END);
  return { issuer, subject };
}

function setAt(target: Record<string, unknown>, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = { ...(target[first] as Record<string, unknown> | undefined) };
  setAt(inner, rest, value);
  target[first] = inner;
}

/**
 * OCIRepositories whose change of the revision the provided files cannot show: one content replaces
 * all revisions, and a packaged chart replaces the digest that a source names.
 *
 * @param before objects as in the manifests
 * @param formOf form of the files that are provided for a source; undefined for other sources
 */
export function unprovenRevisions(
  before: Snapshot,
  after: Snapshot,
  formOf: (source: KubeObject) => ProvidedForm | undefined,
): string[] {
  const old = new Map(before.filter(({ kind }) => kind === "OCIRepository").map((one) => [labelOf(one), one]));
  return after.flatMap((one) => {
    const base = one.kind === "OCIRepository" ? old.get(labelOf(one)) : undefined;
    const form = base && formOf(one);
    if (!base || form === undefined || form === "images") return [];
    const [then, now] = [refOf(base), refOf(one)];
    const digestAlone = then.tag === now.tag && then.semver === now.semver && then.digest !== now.digest;
    const differs = form === "artifact" ? JSON.stringify(then) !== JSON.stringify(now) : digestAlone;
    return differs ? [labelOf(one)] : [];
  });
}

function refOf(source: KubeObject): Readonly<Record<string, string | undefined>> {
  const ref = (at(source, "spec", "ref") ?? {}) as Record<string, string>;
  return { tag: ref.tag, semver: ref.semver, semverFilter: ref.semverFilter, digest: ref.digest };
}

/** Option that provides a source that cannot be read. @returns undefined when its kind cannot be provided */
export function sourceOption(source: KubeObject): string | undefined {
  const { namespace } = source.metadata;
  const ref = source.kind === "HelmChart" ? at(source, "spec", "sourceRef") : undefined;
  const kind = ref === undefined ? source.kind : textAt(ref, "kind");
  const option = `--source ${namespace}/${ref === undefined ? source.metadata.name : textAt(ref, "name")}`;
  if (kind === "GitRepository") return `${option}=DIR[@REF] with a clone of it`;
  if (kind === "HelmRepository")
    return `${option}=PATH with a chart folder, a packaged chart (.tgz), a folder of charts or an OCI image layout`;
  if (kind === "OCIRepository")
    return `${option}=PATH with its content as a folder or .tgz, charts as folders or .tgz, or an OCI image layout`;
  return undefined;
}
