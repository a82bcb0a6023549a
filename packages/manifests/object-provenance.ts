import type { Trees } from "./tree.js";

/** What an object is called. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default none: the object is cluster-scoped, or the Kustomization that applies it sets the namespace */
  readonly namespace?: string;
  readonly name: string;
}

/** Where one synthesized object comes from. */
export interface ObjectCause extends Identity {
  /** Relative to the checkout: `apps/nginx.ts`, or `apps/settings.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `value`: of what made the first field that differs · `construct`: of the call that made the object. */
  readonly of: "value" | "construct";
  /** Module of the program that made the manifest's file, by its name: `nginx`. */
  readonly app: string;
  /** Whether it differs from the object of the synthesis before. */
  readonly changed: boolean;
  readonly repository: keyof Trees;
  /** The manifest's path from the top of the repository. */
  readonly path: string;
}
