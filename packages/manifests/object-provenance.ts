import type { Trees } from "./tree.js";

/** API version, kind, namespace and name of an object. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default none, for a cluster-scoped object or one whose Kustomization sets the namespace */
  readonly namespace?: string;
  readonly name: string;
}

/** Source line behind one synthesized object. */
export interface ObjectProvenance extends Identity {
  /** Relative to the checkout: `apps/nginx.ts`, or `apps/settings.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /**
   * `value`: line of the value behind the first field that differs · `construct`: line of the call
   * that made the object.
   */
  readonly of: "value" | "construct";
  /** Name of the module of the program that made the manifest's file: `nginx`. */
  readonly app: string;
  /** Whether the object differs from that of the earlier synthesis. */
  readonly changed: boolean;
  readonly repository: keyof Trees;
  /** Path of the manifest in the repository. */
  readonly path: string;
}
