import { isEncrypted } from "./encrypted.js";
import { sourceOf } from "./flux-objects.js";
import { type KubeObject, keyOf, textAt } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";
import { isKustomization } from "./owners.js";
import { reachOf } from "./reach.js";
import { restore } from "./restore.js";
import type { RevisionState } from "./revision-state.js";
import { parsed, scan, type TreeFiles } from "./scan.js";

/** What decides which files a Kustomization reads. */
export interface EncryptedInputs {
  /** Files of a source's revision; undefined for a source that is not served here. */
  readonly filesOf: (source: KubeObject) => TreeFiles | undefined;
  /** Keys of Kustomizations that replace unknown ones, of which it is not known whether they decrypt. */
  readonly standIns: ReadonlySet<string>;
}

/**
 * A revision state in which Kustomizations without `spec.decryption` stall when they apply an
 * object that SOPS encrypted, as in a real cluster. The rehearsal replaces the values of such an
 * object, so it was applied.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#decryption
 */
export function withoutDecryption(state: RevisionState, { filesOf, standIns }: EncryptedInputs): RevisionState {
  const failures = new Map<string, string>();
  const encrypted = new Map<string, readonly KubeObject[]>();
  for (const object of state.snapshot.filter(isKustomization)) {
    if (standIns.has(keyOf(object)) || decrypts(object)) continue;
    const source = sourceOf(object, state.snapshot);
    const files = source && filesOf(source);
    const found = files && firstEncrypted(object, files, encrypted);
    if (found) failures.set(keyOf(object), messageOf(found, object));
  }
  if (failures.size === 0) return state;
  const outcomes = state.outcomes.map(([key, outcome]): [string, Outcome] => {
    const message = outcome.state === "reconciled" ? failures.get(key) : undefined;
    return [key, message === undefined ? outcome : { state: "stalled", reason: "ReconciliationFailed", message }];
  });
  return { ...state, outcomes };
}

function decrypts(kustomization: KubeObject): boolean {
  return textAt(restore(kustomization), "spec", "decryption", "provider") !== undefined;
}

function firstEncrypted(
  kustomization: KubeObject,
  files: TreeFiles,
  known: Map<string, readonly KubeObject[]>,
): KubeObject | undefined {
  for (const path of reachOf(files, textAt(kustomization, "spec", "path") ?? ".").paths) {
    const text = files.get(path) ?? "";
    const objects = known.get(text) ?? encryptedIn(path, text);
    known.set(text, objects);
    if (objects[0]) return objects[0];
  }
  return undefined;
}

function encryptedIn(path: string, text: string): readonly KubeObject[] {
  if (!isEncrypted(text)) return [];
  return scan(new Map([[path, text]]))
    .flatMap((document) => parsed(document) ?? [])
    .filter((object) => object.sops !== undefined);
}

/** Message as of kustomize-controller and the API server. */
function messageOf({ apiVersion, kind, metadata }: KubeObject, kustomization: KubeObject): string {
  const namespace = textAt(kustomization, "spec", "targetNamespace") ?? metadata.namespace;
  const name = [kind, ...(namespace === undefined ? [] : [namespace]), metadata.name].join("/");
  return kind === "Secret" && apiVersion === "v1"
    ? `${name} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`
    : `${name} dry-run failed: .sops: field not declared in schema: it is encrypted, and decryption is not configured`;
}
