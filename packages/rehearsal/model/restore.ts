import { withoutAssumption } from "./assumption.js";
import { withConversion } from "./conversion.js";
import { withHealthExpressions } from "./health-expressions.js";
import { at, groupKindOf, type KubeObject, type Metadata } from "./kube-objects.js";
import { providedKinds, restoredSource } from "./provided.js";

/** Annotation with the original values that the rehearsal's API server changed at admission. */
export const ORIGINAL = "rehearsal.timonier/original";

/** Annotation with the address that a Service requests and that the rehearsal's network lacks. */
export const CLUSTER_IP = "rehearsal.timonier/cluster-ip";

/** Annotation with the source kind of a Kustomization, when a GitRepository replaces the source. */
export const SOURCE_KIND = "rehearsal.timonier/source-kind";

/**
 * The object as in its manifest: with the URLs, Secrets and signatures of sources and the
 * decryption that the rehearsal removed. Objects that it did not change are returned unchanged.
 */
export function restore(changed: KubeObject): KubeObject {
  const object = withSourceKind(withHealthExpressions(withoutAssumption(withConversion(changed))));
  const kept = object.metadata.annotations?.[ORIGINAL];
  if (kept === undefined) return object;
  const { [ORIGINAL]: _kept, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: _all, ...rest } = object.metadata;
  const metadata: Metadata = { ...rest, ...(Object.keys(annotations).length > 0 && { annotations }) } as Metadata;
  const spec = at(object, "spec") as Record<string, unknown>;
  const fields = kept.split("\n");
  if (providedKinds.some((kind) => kind === object.kind))
    return { ...object, metadata, spec: restoredSource(object, fields) };
  const isSource = groupKindOf(object) === "source.toolkit.fluxcd.io/GitRepository";
  return {
    ...object,
    metadata,
    spec: isSource ? source(spec, fields) : encrypted(spec, fields),
  };
}

function withSourceKind(object: KubeObject): KubeObject {
  const kind = object.metadata.annotations?.[SOURCE_KIND];
  if (kind === undefined) return object;
  const { [SOURCE_KIND]: _kind, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: _all, ...rest } = object.metadata;
  const metadata: Metadata = { ...rest, ...(Object.keys(annotations).length > 0 && { annotations }) } as Metadata;
  const sourceRef = { ...(at(object, "spec", "sourceRef") as object), kind };
  return { ...object, metadata, spec: { ...(object.spec as object), sourceRef } };
}

function source(spec: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  const [url, secret, provider, proxy, account, mode, keys] = fields;
  return {
    ...spec,
    url,
    ...(secret && { secretRef: { name: secret } }),
    ...(provider && { provider }),
    ...(proxy && { proxySecretRef: { name: proxy } }),
    ...(account && { serviceAccountName: account }),
    ...(mode && { verify: { mode, secretRef: { name: keys } } }),
  };
}

function encrypted(spec: Record<string, unknown>, [provider, secret, account]: readonly string[]) {
  return {
    ...spec,
    decryption: {
      provider,
      ...(secret && { secretRef: { name: secret } }),
      ...(account && { serviceAccountName: account }),
    },
  };
}
