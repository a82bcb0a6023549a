import type { ObjectRef } from "@timonier/kit/kube-discovery";
import type { VersionChange } from "@timonier/report/model";
import { at, type KubeObject, keyOf, listAt, refOf, type Snapshot, textAt } from "./kube-objects.js";
import { withoutNoise } from "./noise.js";

interface Use {
  readonly kind: "image" | "chart";
  readonly name: string;
  readonly version: string;
  readonly by: ObjectRef;
}

/** Images and charts whose version changes between base and head, with the objects that use them. */
export function versionChanges(before: Snapshot, after: Snapshot): VersionChange[] {
  const changes = new Map<string, { change: Omit<VersionChange, "usedBy">; usedBy: ObjectRef[] }>();
  const [olds, youngs] = [usesByObject(before), usesByObject(after)];
  for (const key of new Set([...olds.keys(), ...youngs.keys()])) {
    const [old, young] = [olds.get(key), youngs.get(key)];
    if (old?.version === young?.version) continue;
    const { kind, name, by } = (young ?? old) as Use;
    const id = [kind, name, old?.version, young?.version].join(" ");
    const known = changes.get(id) ?? {
      change: { kind, name, ...(old && { from: old.version }), ...(young && { to: young.version }) },
      usedBy: [],
    };
    known.usedBy.push(by);
    changes.set(id, known);
  }
  return [...changes.values()]
    .map(({ change, usedBy }) => ({ ...change, usedBy }))
    .sort((one, other) => (`${one.kind} ${one.name}` < `${other.kind} ${other.name}` ? -1 : 1));
}

function usesByObject(snapshot: Snapshot): Map<string, Use> {
  const uses = new Map<string, Use>();
  for (const object of withoutNoise(snapshot)) {
    for (const [place, image] of images(object)) {
      const { name, version } = splitImage(image);
      uses.set(`${keyOf(object)} ${place} ${name}`, { kind: "image", name, version, by: refOf(object) });
    }
    if (object.kind === "HelmRelease") {
      const chart = textAt(object, "spec", "chart", "spec", "chart");
      const version =
        textAt(object, "status", "lastAttemptedRevision") ?? textAt(object, "spec", "chart", "spec", "version");
      if (chart && version)
        uses.set(`${keyOf(object)} ${chart}`, { kind: "chart", name: chart, version, by: refOf(object) });
    }
  }
  return uses;
}

/** Images of an object's containers, by their place in its pod template. */
export function images(object: KubeObject): Array<[string, string]> {
  return containers(object).flatMap(({ place, container }) => {
    const image = textAt(container, "image");
    return image ? [[place, image] as [string, string]] : [];
  });
}

/** Containers of an object, including init containers. */
export function containers(object: KubeObject): Array<{ readonly place: string; readonly container: unknown }> {
  const pod = podSpecOf(object);
  return ["initContainers", "containers"].flatMap((field) =>
    listAt(pod, field).map((container) => ({ place: `${field}/${textAt(container, "name") ?? ""}`, container })),
  );
}

/** The specification of an object's pods. */
export function podSpecOf(object: KubeObject): unknown {
  if (object.kind === "CronJob") return at(object, "spec", "jobTemplate", "spec", "template", "spec");
  return at(object, "spec", "template", "spec");
}

/** `docker.io/library/nginx:1.25@sha256:…` → its name and its version. */
export function splitImage(image: string): { readonly name: string; readonly version: string } {
  const [, name = image, tag, digest] = /^(.+?)(?::([^:/@]+))?(?:@(.+))?$/.exec(image) ?? [];
  return { name, version: [tag, digest].filter(Boolean).join("@") || "latest" };
}
