import { compare } from "@timonier/toolchain/version-range";

/** What the head of a `gotk-components.yaml` tells. */
export interface ComponentsHead {
  /** Without `v`. */
  readonly version: string;
  /** `source-controller`, …; in the order of the file. */
  readonly components: readonly string[];
}

/**
 * Reads the comments that `flux install --export` and `flux bootstrap` begin with.
 *
 * @returns undefined when there are none: somebody else wrote the file
 * @see https://github.com/fluxcd/flux2/blob/v2.9.4/pkg/manifestgen/install/templates.go
 */
export function componentsHead(text: string): ComponentsHead | undefined {
  const version = /^# Flux Version: v(\d+\.\d+\.\d+)\s*$/m.exec(text)?.[1];
  const components = /^# Components: (\S+)\s*$/m.exec(text)?.[1];
  return version === undefined ? undefined : { version, components: components?.split(",") ?? [] };
}

/** Whether the components that are there are of an older Flux. What tells no version is nobody's to change. */
export function isOutdated(there: string, version: string): boolean {
  const head = componentsHead(there);
  return head !== undefined && compare(head.version, version) < 0;
}

/** The components to keep, where the file has others than the new one would: an upgrade must not remove a controller. */
export function otherComponents(there: string, wanted: string): readonly string[] | undefined {
  const [old, fresh] = [there, wanted].map((text) => componentsHead(text)?.components ?? []);
  if (!old || old.length === 0 || [...old].sort().join() === [...(fresh ?? [])].sort().join()) return undefined;
  return old;
}
