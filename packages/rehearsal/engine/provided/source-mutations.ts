import { EXPRESSION_END, FIELD_END } from "../../model/health-expressions.js";
import { helmFields, ociFields } from "../../model/provided.js";
import { ORIGINAL } from "../../model/restore.js";
import { annotations, keepInAnnotation, type Mutation, text } from "../mutations.js";
import type { ProvidedSource } from "./provided-sources.js";

const GROUP = "source.toolkit.fluxcd.io";

/**
 * Redirects sources to the files that are provided for them, and removes Secrets, signatures and
 * providers, which are not needed here.
 */
export function providedMutations(sources: readonly ProvidedSource[], server: string): Mutation[] {
  if (sources.length === 0) return [];
  return [helmRepositories(sources, server), ociRepositories(sources, server), helmCharts(sources)];
}

const names = '(object.metadata.namespace + "/" + object.metadata.name)';

function helmRepositories(sources: readonly ProvidedSource[], server: string): Mutation {
  const ids = mapOf(sources, ({ id }) => id);
  const isOci = `(${has("type")} && object.spec.type == "oci")`;
  return {
    ...common("helm-repositories", "helmrepositories"),
    when: `${names} in ${ids} && ${isElsewhere(server)}`,
    patch: [
      annotations,
      keepInAnnotation(original(helmFields)),
      set(
        "url",
        `(${isOci} ? ${text(`oci://${hostOf(server)}/h/`)} : ${text(`${server}/charts/`)}) + ${ids}[${names}]`,
      ),
      ...["secretRef", "certSecretRef", "provider"].map(remove),
      `(${isOci} ? ${set("insecure", "true")} : [])`,
    ].join(" + "),
  };
}

function ociRepositories(sources: readonly ProvidedSource[], server: string): Mutation {
  const ids = mapOf(sources, ({ id }) => id);
  const forms = mapOf(sources, ({ content }) => content.form);
  const form = `${forms}[${names}]`;
  const last = 'object.spec.url.split("/")[size(object.spec.url.split("/")) - 1]';
  const versions = `(${has("ref.tag")} || ${has("ref.semver")})`;
  const identities = `(${has("verify.matchOIDCIdentity")} ? object.spec.verify.matchOIDCIdentity.map(one, one.issuer + ${text(FIELD_END)} + one.subject).join(${text(EXPRESSION_END)}) : "")`;
  return {
    ...common("oci-repositories", "ocirepositories"),
    when: `${names} in ${ids} && ${isElsewhere(server)}`,
    patch: [
      annotations,
      keepInAnnotation(`${original(ociFields)} + "\\n" + ${identities}`),
      set("url", `${text(`oci://${hostOf(server)}/o/`)} + ${ids}[${names}] + "/" + ${last}`),
      ...["secretRef", "certSecretRef", "provider", "proxySecretRef", "serviceAccountName", "verify"].map(remove),
      set("insecure", "true"),
      // The same content is every revision of the source.
      `(${form} == "artifact" ? ${set("ref", `{"tag": ${text(GIVEN["ref.tag"])}}`)} : [])`,
      // A chart that is packaged here and the published one have different digests.
      `(${form} == "charts" && ${has("ref.digest")} ? (${versions} ? ${removed("ref/digest")} : ${set("ref", `{"semver": ${text(GIVEN["ref.semver"])}}`)}) : [])`,
    ].join(" + "),
  };
}

/** Chart signatures are in the original registry only. */
function helmCharts(sources: readonly ProvidedSource[]): Mutation {
  const ids = mapOf(sources, ({ id }) => id);
  return {
    name: "helm-charts",
    group: GROUP,
    resource: "helmcharts",
    operations: ["CREATE", "UPDATE"],
    when: `has(object.spec.verify) && object.spec.sourceRef.kind == "HelmRepository" && (object.metadata.namespace + "/" + object.spec.sourceRef.name) in ${ids}`,
    patch: removed("verify"),
  };
}

function common(name: string, resource: string) {
  return { name, group: GROUP, resource, operations: ["CREATE", "UPDATE"] };
}

function isElsewhere(server: string): string {
  return ["http", "oci"]
    .map((scheme) => `!object.spec.url.startsWith(${text(`${scheme}://${hostOf(server)}/`)})`)
    .join(" && ");
}

function hostOf(server: string): string {
  return server.replace("http://", "");
}

function mapOf(sources: readonly ProvidedSource[], value: (one: ProvidedSource) => string): string {
  return `{${sources.map((one) => `${text(one.source)}: ${text(value(one))}`).join(", ")}}`;
}

/** CEL: whether a nested field of the spec exists. */
function has(field: string): string {
  const parts = field.split(".");
  return `(${parts.map((_, index) => `has(object.spec.${parts.slice(0, index + 1).join(".")})`).join(" && ")})`;
}

/** Written into a reference, so that it selects the provided content or the newest provided chart. */
const GIVEN = { "ref.tag": "rehearsal.timonier-given", "ref.semver": ">=0.0.0-0.rehearsal" } as const;

/** CEL: the fields of the manifest, one on each line. */
function original(fields: readonly string[]): string {
  return fields.map((field, index) => written(field, index)).join(' + "\\n" + ');
}

/** CEL: a field, unless it has a value of the rehearsal: an update without the field keeps that value in the object. */
function written(field: string, index: number): string {
  const value = `(${has(field)} ? string(object.spec.${field}) : "")`;
  if (field === "ref.tag" || field === "ref.semver") return `(${value} == ${text(GIVEN[field])} ? "" : ${value})`;
  if (field !== "insecure") return value;
  const kept = `oldObject.metadata.annotations[${text(ORIGINAL)}]`;
  const isKept = `oldObject != null && has(oldObject.metadata.annotations) && ${text(ORIGINAL)} in oldObject.metadata.annotations`;
  return `(${value} == "true" && ${isKept} ? ${kept}.split("\\n")[${index}] : ${value})`;
}

function set(field: string, value: string): string {
  return `[JSONPatch{op: "add", path: "/spec/${field}", value: ${value}}]`;
}

function removed(path: string): string {
  return `[JSONPatch{op: "remove", path: "/spec/${path}"}]`;
}

function remove(field: string): string {
  return `(${has(field)} ? ${removed(field)} : [])`;
}
