import { compare } from "@timonier/toolchain/version-range";

/** What the first comments of a `gotk-components.yaml` say. */
export interface ComponentsHead {
  /** Without `v`. */
  readonly version: string;
  /** `source-controller`, …; in the order of the file. */
  readonly components: readonly string[];
}

/**
 * Reads the comments that `flux install --export` and `flux bootstrap` begin with.
 *
 * @returns undefined when there are none: the file was not written by flux
 * @see https://github.com/fluxcd/flux2/blob/v2.9.4/pkg/manifestgen/install/templates.go
 */
export function componentsHead(text: string): ComponentsHead | undefined {
  const version = /^# Flux Version: v(\d+\.\d+\.\d+)\s*$/m.exec(text)?.[1];
  const components = /^# Components: (\S+)\s*$/m.exec(text)?.[1];
  return version === undefined ? undefined : { version, components: components?.split(",") ?? [] };
}

/**
 * Whether a file has the components of an older Flux. A file without a version is never outdated,
 * since flux did not write it.
 */
export function isOutdated(there: string, version: string): boolean {
  const head = componentsHead(there);
  return head !== undefined && compare(head.version, version) < 0;
}

/**
 * Controllers that a file lacks. None for a file that flux did not write, that names no controllers,
 * or that has a newer Flux, which must not be downgraded.
 */
export function lackingComponents(
  there: string,
  { version, components = [] }: { readonly version: string; readonly components?: readonly string[] | undefined },
): readonly string[] {
  const head = componentsHead(there);
  if (head === undefined || head.components.length === 0 || compare(head.version, version) > 0) return [];
  return components.filter((name) => !head.components.includes(name));
}

/**
 * The components of the old file and those that it lacks, if the new one has others: an upgrade must
 * not remove a controller.
 *
 * @returns undefined if both have the same, or the old file names none
 */
export function otherComponents(
  there: string,
  wanted: string,
  lacking: readonly string[] = [],
): readonly string[] | undefined {
  const [old, fresh] = [there, wanted].map((text) => componentsHead(text)?.components ?? []);
  const both = [...(old ?? []), ...lacking];
  if (!old || old.length === 0 || [...both].sort().join() === [...(fresh ?? [])].sort().join()) return undefined;
  return both;
}
