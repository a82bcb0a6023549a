import { type Document, parseAllDocuments, type Tags } from "yaml";
import { invalid, isPlainObject } from "./validation.js";

/** The fields that every Kubernetes object has. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** An object with its place in a file. */
export interface ManifestInFile {
  /** `document-2`, or `document-2-item-1` in a list. */
  readonly id: string;
  readonly manifest: Manifest;
}

/** The objects of a file, and why others cannot be read. */
export interface ManifestFile {
  readonly manifests: readonly ManifestInFile[];
  /** Validation errors, each with the file and the number of the document. */
  readonly errors: readonly string[];
}

/**
 * Reads a file of one or more YAML documents as Kubernetes reads it. Documents without content are
 * left out.
 *
 * @param name the file, for errors
 */
export function readManifests(name: string, text: string): ManifestFile {
  const manifests: ManifestInFile[] = [];
  const errors: string[] = [];
  const documents = parseAllDocuments(text, { version: "1.1", customTags: kubernetesTags, merge: true });
  for (const [index, document] of [...documents].entries()) {
    const place = `${name} document ${index + 1}`;
    const read = plainValue(document, place);
    errors.push(...read.errors);
    for (const { where, id, value } of read.errors.length === 0 ? objectsIn(read.value) : []) {
      const wrong = manifestErrors(`${place}${where}`, value);
      errors.push(...wrong);
      if (wrong.length === 0) manifests.push({ id: `document-${index + 1}${id}`, manifest: value as Manifest });
    }
  }
  return { manifests, errors };
}

/** Leaves times and dates as text, as Go's YAML does; YAML 1.1 makes numbers and dates of them. */
function kubernetesTags(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag === "string" ||
      (!("format" in tag && tag.format === "TIME") && tag.tag !== "tag:yaml.org,2002:timestamp"),
  );
}

function plainValue(document: Document.Parsed, place: string): { value?: unknown; errors: string[] } {
  // The rest of a message is a drawing of the place.
  const errors = document.errors.map(({ message }) => `${place}: ${message.split(":\n")[0]}`);
  if (errors.length > 0) return { errors };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), errors: [] };
  } catch (error) {
    return { errors: [`${place}: ${(error as Error).message.split("\n")[0]}`] };
  }
}

/** The object of a document, or those of a list; none for a document without content. */
function objectsIn(value: unknown): { where: string; id: string; value: unknown }[] {
  if (value === null || value === undefined) return [];
  if (isPlainObject(value) && value.kind === "List" && Array.isArray(value.items)) {
    return value.items.map((item, index) => ({ where: ` items[${index}]`, id: `-item-${index + 1}`, value: item }));
  }
  return [{ where: "", id: "", value }];
}

function manifestErrors(place: string, value: unknown): string[] {
  if (!isPlainObject(value)) {
    // The value itself may be anything, and a long text.
    const got = Array.isArray(value) ? "a list" : typeof value;
    return [`${place}: expected a Kubernetes object, got ${got}`];
  }
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/")) {
    return [`${place}: expected a Kubernetes object, got a file for kustomize; this construct does not run kustomize`];
  }
  const name = isPlainObject(metadata) ? metadata.name : undefined;
  const namespace = isPlainObject(metadata) ? metadata.namespace : undefined;
  const text = (field: string, one: unknown) =>
    typeof one === "string" && one !== "" ? [] : invalid(`${place}: ${field}`, "text", one);
  return [
    ...text("apiVersion", apiVersion),
    ...text("kind", kind),
    ...text("metadata.name", name),
    ...(namespace === undefined ? [] : text("metadata.namespace", namespace)),
  ];
}
