import { resolve } from "node:path";
import { type KubeObject, textAt } from "../../model/kube-objects.js";
import { providedKinds, type SourceUse } from "../../model/provided.js";
import { openClone } from "../git-clone.js";
import { type Content, looksLikeContent, readContent } from "./content.js";

/** A source whose content is provided as files. */
export interface ProvidedSource {
  /** `NAMESPACE/NAME` */
  readonly source: string;
  /** Name under which it is served: `s0`. */
  readonly id: string;
  readonly path: string;
  readonly content: Content;
}

/**
 * How the value of `--source` is used: as a Git clone, as files, or as both when sources of several
 * kinds have the name.
 */
export interface TakenAs {
  readonly clone: boolean;
  readonly files: boolean;
}

/** Decides how the value of `--source` is used, by the source in the trees and by the content of the path. */
export async function takenAs(spec: string, use: SourceUse, cwd: string): Promise<TakenAs> {
  const files = providedKinds.some((kind) => use.kinds.has(kind));
  if (!files && use.kinds.has("GitRepository")) return { clone: true, files: false };
  const path = resolve(cwd, spec);
  if (!files) {
    // No manifest names the source, but a substitution or a generator may.
    const clone = await openClone(path);
    const isContent = looksLikeContent(path) && clone?.top !== path;
    return { clone: !isContent, files: isContent };
  }
  return { clone: use.kinds.has("GitRepository") && (await openClone(path)) !== undefined, files: true };
}

/** Reads the files that are provided for a source. @throws UserError when a source cannot have such files */
export async function readSource(
  { source, path }: Pick<ProvidedSource, "source" | "path">,
  index: number,
  use: SourceUse,
): Promise<ProvidedSource> {
  return { source, id: `s${index}`, path, content: await readContent(path, use.applied) };
}

/** The provided files that a source reads here, by the URL that admission gave it. */
export function providedOf(
  sources: readonly ProvidedSource[],
  server: string,
  source: KubeObject,
): ProvidedSource | undefined {
  const url = textAt(source, "spec", "url") ?? "";
  const host = server.replace("http://", "");
  const [, id] = new RegExp(`^(?:http://${host}/charts|oci://${host}/[ho])/([^/]+)(?:/|$)`).exec(url) ?? [];
  return id === undefined ? undefined : sources.find((one) => one.id === id);
}
