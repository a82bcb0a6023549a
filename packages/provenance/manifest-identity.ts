import type { Identity } from "@timonier/manifests/object-provenance";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "./program-run.js";

/** API version, kind, namespace and name of a manifest. */
export function identityOf(manifest: Manifest): Identity {
  const { namespace, name } = (manifest.metadata ?? {}) as { readonly namespace?: string; readonly name?: string };
  const { apiVersion, kind } = manifest;
  return { apiVersion: String(apiVersion), kind: String(kind), ...(namespace && { namespace }), name: String(name) };
}

/** The Kubernetes objects of a file that `Yaml.stringify` of cdk8s wrote; other documents are ignored. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: "1.1" }).flatMap((document) => {
    const value: unknown = "toJS" in document ? document.toJS() : undefined;
    return typeof value === "object" && value !== null && "kind" in value ? [value as Manifest] : [];
  });
}
