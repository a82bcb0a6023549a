import { clusterName } from "@timonier/control-plane/layout";
import { CONVERSION, conversionFields } from "../model/conversion.js";
import { EXPRESSION_END, FIELD_END, HEALTH, HEALTH_FIELDS } from "../model/health-expressions.js";
import type { KubeObject } from "../model/kube-objects.js";
import { ORIGINAL, SOURCE_KIND } from "../model/restore.js";
import { annotations, keepInAnnotation, type Mutation, text } from "./mutations.js";
import type { ProvidedSource } from "./provided/provided-sources.js";
import { providedMutations } from "./provided/source-mutations.js";

/** Which GitRepositories are served from which tree. */
export interface SourceRouting {
  /** `http://127.0.0.1:PORT` */
  readonly server: string;
  /** Tree's name by `NAMESPACE/NAME` of a GitRepository or by its URL. */
  readonly trees: Readonly<Record<string, string>>;
  /** Sources whose content is provided as files. @default none */
  readonly provided?: readonly ProvidedSource[];
  /**
   * `OCIRepository flux-system/flux-system`: sources that are replaced by a GitRepository of the
   * same name.
   *
   * @default none
   */
  readonly artifacts?: readonly string[];
}

/**
 * Policies by which the rehearsal's API server changes objects at admission, so that they need
 * nothing that does not exist here. Dry runs of kustomize-controller are changed in the same way,
 * so they show no difference. An annotation keeps the original value, which the report shows
 * (packages/rehearsal/model/restore.ts). docs/decisions/0091-trees-stay-as-they-are.md
 */
export function admissionObjects(routing: SourceRouting): KubeObject[] {
  const provided = providedMutations(routing.provided ?? [], routing.server);
  return [
    gitRepositories(routing),
    ...provided,
    withdrawing(artifacts(routing), SOURCE_KIND),
    withdrawing(decryption, ORIGINAL),
    withdrawing(healthExpressions, HEALTH),
    pods,
    withdrawing(conversion, CONVERSION),
    fluxDefinitions,
  ].flatMap((one) => [policy(one), binding(one)]);
}

const apiVersion = "admissionregistration.k8s.io/v1";

/** Name of {@link probes}: no object of a tree has it. */
const PROBE = "rehearsal.timonier-probe";

/**
 * Policies that show, with {@link probes}, whether the API server can change objects of Flux's
 * kinds. It learns these kinds from the schemas of the definitions, which it reads every five
 * seconds; until then it rejects such an object as unavailable. Source:
 * https://github.com/kubernetes/apiserver/blob/v0.36.3/pkg/admission/plugin/policy/mutating/patch/typeconverter.go
 *
 * @param probeLabel value of a label, and part of the names. A new value also shows that all policies
 *   and bindings that were written earlier are in force: the API server watches the two kinds
 *   separately, so only a new policy with a new binding shows it of both
 */
export function probePolicies(probeLabel: string): KubeObject[] {
  return [
    probe("source.toolkit.fluxcd.io", "gitrepositories", probeLabel),
    probe("kustomize.toolkit.fluxcd.io", "kustomizations", probeLabel),
  ].flatMap((one) => [policy(one), binding(one)]);
}

/** Objects that {@link probePolicies} change when they are in force. */
export const probes: readonly KubeObject[] = [
  {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { namespace: "flux-system", name: PROBE },
    spec: { url: "http://127.0.0.1/", interval: "1m" },
  },
  {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { namespace: "flux-system", name: PROBE },
    spec: { prune: false, interval: "1m", sourceRef: { kind: "GitRepository", name: PROBE } },
  },
];

/** Whether the API server has changed a probe by {@link probePolicies} with this label. */
export function isProbed({ metadata }: KubeObject, probeLabel: string): boolean {
  return metadata.labels?.[PROBE] === probeLabel;
}

function probe(group: string, resource: string, probeLabel: string): Mutation {
  return {
    name: `probe-${resource}-${probeLabel}`,
    group,
    resource,
    operations: ["CREATE"],
    when: `object.metadata.name == ${text(PROBE)}`,
    patch: `[JSONPatch{op: "add", path: "/metadata/labels", value: {${text(PROBE)}: ${text(probeLabel)}}}]`,
  };
}

function gitRepositories({ server, trees }: SourceRouting): Mutation {
  const names = `(object.metadata.namespace + "/" + object.metadata.name)`;
  const map = `{${Object.entries(trees)
    .map(([key, tree]) => `${text(key)}: ${text(tree)}`)
    .join(", ")}}`;
  const tree = `(${names} in ${map} ? ${map}[${names}] : ${map}[object.spec.url])`;
  const optional = (field: string, value: string) => `(has(object.spec.${field}) ? ${value} : "")`;
  const remove = (field: string) =>
    `(has(object.spec.${field}) ? [JSONPatch{op: "remove", path: "/spec/${field}"}] : [])`;
  const original = [
    "object.spec.url",
    optional("secretRef", "object.spec.secretRef.name"),
    optional("provider", "object.spec.provider"),
    optional("proxySecretRef", "object.spec.proxySecretRef.name"),
    optional("serviceAccountName", "object.spec.serviceAccountName"),
    optional("verify", '(has(object.spec.verify.mode) ? object.spec.verify.mode : "HEAD")'),
    optional("verify", "object.spec.verify.secretRef.name"),
  ].join(' + "\\n" + ');
  return {
    name: "git-repositories",
    group: "source.toolkit.fluxcd.io",
    resource: "gitrepositories",
    operations: ["CREATE", "UPDATE"],
    when: `!object.spec.url.startsWith(${text(`${server}/`)}) && (${names} in ${map} || object.spec.url in ${map})`,
    patch: [
      annotations,
      keepInAnnotation(original),
      `[JSONPatch{op: "replace", path: "/spec/url", value: ${text(`${server}/`)} + ${tree} + ".git"}]`,
      ...["secretRef", "provider", "proxySecretRef", "serviceAccountName", "verify"].map(remove),
    ].join(" + "),
  };
}

/** Kustomizations whose source is an artifact of a served tree read the GitRepository that replaces the artifact. */
function artifacts({ artifacts: names = [] }: SourceRouting): Mutation {
  const namespace =
    "(has(object.spec.sourceRef.namespace) ? object.spec.sourceRef.namespace : object.metadata.namespace)";
  const name = `(object.spec.sourceRef.kind + " " + ${namespace} + "/" + object.spec.sourceRef.name)`;
  return {
    name: "artifacts",
    group: "kustomize.toolkit.fluxcd.io",
    resource: "kustomizations",
    operations: ["CREATE", "UPDATE"],
    when: `${name} in [${names.map(text).join(", ")}]`,
    patch: [
      annotations,
      keepInAnnotation("object.spec.sourceRef.kind", SOURCE_KIND),
      '[JSONPatch{op: "replace", path: "/spec/sourceRef/kind", value: "GitRepository"}]',
    ].join(" + "),
  };
}

/** There are no keys here, so encrypted values are replaced in the served trees. */
const decryption: Mutation = {
  name: "decryption",
  group: "kustomize.toolkit.fluxcd.io",
  resource: "kustomizations",
  operations: ["CREATE", "UPDATE"],
  when: "has(object.spec.decryption)",
  patch: [
    annotations,
    keepInAnnotation(
      'object.spec.decryption.provider + "\\n" + (has(object.spec.decryption.secretRef) ? object.spec.decryption.secretRef.name : "") + "\\n" + (has(object.spec.decryption.serviceAccountName) ? object.spec.decryption.serviceAccountName : "")',
    ),
    '[JSONPatch{op: "remove", path: "/spec/decryption"}]',
  ].join(" + "),
};

/** Field managers of the controllers that apply manifests. */
const appliers = ["kustomize-controller", "helm-controller"];

/**
 * A mutation that also removes its annotation when a manifest no longer has the field. The cluster
 * never has the field, so without this the controller's dry run would show no difference. It is one
 * policy, because the API server runs policies in no fixed order.
 */
function withdrawing(mutation: Mutation, annotation: string): Mutation {
  const { when, patch } = mutation;
  const isStale = [
    `object.metadata.?annotations[?${text(annotation)}].hasValue()`,
    `request.options.?fieldManager.orValue("") in [${appliers.map(text).join(", ")}]`,
  ].join(" && ");
  const remove = `[JSONPatch{op: "remove", path: "/metadata/annotations/" + jsonpatch.escapeKey(${text(annotation)})}]`;
  return { ...mutation, when: `(${when}) || (${isStale})`, patch: `(${when}) ? (${patch}) : ${remove}` };
}

const expressionFields = ["apiVersion", "kind", ...HEALTH_FIELDS];

/**
 * Removes health check expressions: they read statuses that operators write, and no operator runs
 * here, so a Kustomization would wait until its timeout. Without them, its objects are Ready for
 * Flux as soon as they are applied.
 */
const healthExpressions: Mutation = {
  name: "health-expressions",
  group: "kustomize.toolkit.fluxcd.io",
  resource: "kustomizations",
  operations: ["CREATE", "UPDATE"],
  when: "has(object.spec.healthCheckExprs) && size(object.spec.healthCheckExprs) > 0",
  patch: [
    annotations,
    keepInAnnotation(
      `object.spec.healthCheckExprs.map(one, ${expressionFields
        .map((field) => `(has(one.${field}) ? string(one.${field}) : "")`)
        .join(` + ${text(FIELD_END)} + `)}).join(${text(EXPRESSION_END)})`,
      HEALTH,
    ),
    '[JSONPatch{op: "remove", path: "/spec/healthCheckExprs"}]',
  ].join(" + "),
};

/** Binds pods to the one node at creation: the nodes of the real cluster are not known. */
const pods: Mutation = {
  name: "pods",
  group: "",
  resource: "pods",
  operations: ["CREATE"],
  when: '!has(object.spec.nodeName) || object.spec.nodeName == ""',
  patch: `[JSONPatch{op: "add", path: "/spec/nodeName", value: ${text(clusterName)}}]`,
};

/** Removes conversion webhooks: none runs here, so every version is stored as it is written. */
const conversion: Mutation = {
  name: "conversion",
  group: "apiextensions.k8s.io",
  resource: "customresourcedefinitions",
  operations: ["CREATE", "UPDATE"],
  when: 'has(object.spec.conversion) && object.spec.conversion.strategy == "Webhook"',
  patch: [
    annotations,
    keepInAnnotation(conversionFields.map(conversionField).join(' + "\\n" + '), CONVERSION),
    '[JSONPatch{op: "replace", path: "/spec/conversion", value: {"strategy": "None"}}]',
  ].join(" + "),
};

/** CEL: a field of a conversion webhook as text, empty when it is missing. */
function conversionField(field: (typeof conversionFields)[number]): string {
  const path = `object.spec.conversion.?webhook${field
    .split(".")
    .map((part) => `.?${part}`)
    .join("")}`;
  if (field === "conversionReviewVersions") return `${path}.orValue([]).join(",")`;
  return field.endsWith(".port") ? `string(${path}.orValue(0))` : `${path}.orValue("")`;
}

/** Annotation of a definition of Flux to which the rehearsal added versions. */
export const VERSIONS = "rehearsal.timonier/versions";

/**
 * Keeps the rehearsal's definitions of Flux: its controllers read their versions. The definitions
 * of another Flux version in a tree lack stored versions, so the API server would reject them, and
 * Flux would then apply nothing of the same Kustomization.
 */
const fluxDefinitions: Mutation = {
  name: "flux-definitions",
  group: "apiextensions.k8s.io",
  resource: "customresourcedefinitions",
  operations: ["UPDATE"],
  when: [
    'object.spec.group in ["helm", "kustomize", "notification", "source"].map(part, part + ".toolkit.fluxcd.io")',
    // The rehearsal's own changes set this annotation.
    `object.metadata.?annotations[?${text(VERSIONS)}].orValue("") == oldObject.metadata.?annotations[?${text(VERSIONS)}].orValue("")`,
  ].join(" && "),
  patch: '[JSONPatch{op: "replace", path: "/spec", value: oldObject.spec}]',
};

function policy({ name, group, resource, operations, when, patch }: Mutation): KubeObject {
  return {
    apiVersion,
    kind: "MutatingAdmissionPolicy",
    metadata: { name: `rehearsal.timonier-${name}` },
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        resourceRules: [{ apiGroups: [group], apiVersions: ["*"], operations, resources: [resource] }],
      },
      matchConditions: [{ name: "when", expression: when }],
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: patch } }],
    },
  };
}

function binding({ name }: Mutation): KubeObject {
  return {
    apiVersion,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: `rehearsal.timonier-${name}` },
    spec: { policyName: `rehearsal.timonier-${name}` },
  };
}
