import type { PolicyResult } from "@timonier/report/model";
import { isEncrypted } from "./encrypted.js";
import { at, groupOf, type KubeObject, keyOf, refOf, type Snapshot } from "./kube-objects.js";
import { withoutNoise } from "./noise.js";
import { isSame } from "./object-diff.js";
import { byKey, ownerOf } from "./owners.js";
import { objectsOf, type ScannedDocument } from "./scan.js";
import { containers, images, podSpecOf, splitImage } from "./version-changes.js";

/** A rule about one object. It returns a text for each violation. */
interface Rule {
  readonly name: string;
  readonly check: (object: KubeObject) => readonly string[];
}

const rules: readonly Rule[] = [
  {
    name: "image-version",
    check: (object) =>
      images(object)
        .filter(([, image]) => splitImage(image).version === "latest")
        .map(([, image]) => `${image} has no version, so it may change without a merge`),
  },
  {
    name: "privileged-container",
    check: (object) =>
      containers(object)
        .filter(({ container }) => at(container, "securityContext", "privileged") === true)
        .map(({ place }) => `${place} is privileged: it has full access to its node`),
  },
  {
    name: "host-access",
    check: (object) =>
      ["hostNetwork", "hostPID", "hostIPC"]
        .filter((field) => at(podSpecOf(object), field) === true)
        .map((field) => `${field}: its pods are not isolated from their node`),
  },
];

/** Violations in objects that the merge creates or updates. */
export function policyResults(
  before: Snapshot,
  after: Snapshot,
  documents: readonly ScannedDocument[],
): PolicyResult[] {
  const olds = byKey(before);
  const fresh = withoutNoise(after).filter((one) => {
    const old = olds.get(keyOf(one));
    return ownerOf(one) !== undefined && (!old || !isSame(old, one));
  });
  const found = fresh.flatMap((object) =>
    rules.flatMap(({ name, check }) =>
      check(object).map((message): PolicyResult => ({ policy: name, ref: refOf(object), level: "warning", message })),
    ),
  );
  return [...found, ...clearSecrets(fresh, documents)];
}

/** Secrets whose values are readable in Git. */
function clearSecrets(fresh: readonly KubeObject[], documents: readonly ScannedDocument[]): PolicyResult[] {
  const clear = documents.filter(
    ({ kind, apiVersion, text }) => kind === "Secret" && groupOf(apiVersion) === "" && !isEncrypted(text),
  );
  const names = new Set(
    objectsOf(clear, "", "Secret")
      .filter((one) => one.data !== undefined || one.stringData !== undefined)
      .map(({ metadata }) => metadata.name),
  );
  return fresh
    .filter(({ kind, apiVersion, metadata }) => kind === "Secret" && apiVersion === "v1" && names.has(metadata.name))
    .map((secret) => ({
      policy: "secret-in-git",
      ref: refOf(secret),
      level: "warning" as const,
      message: "its values are readable in Git",
    }));
}
