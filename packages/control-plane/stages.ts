import { imageReference } from "@timonier/kit/image-reference";
import { agentImagePattern } from "./images.js";

/** A rule of kwok: which objects, after which delay, get which status. @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export interface Stage {
  readonly apiVersion: "kwok.x-k8s.io/v1alpha1";
  readonly kind: "Stage";
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

const alive: Expression = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const notTheAgents: Expression = { key: imageMatches(agentImagePattern), operator: "DoesNotExist" };

/** A tag that stands for an image that no registry has. */
const missingImage = ":does-not-exist$";
const imageIsMissing = imageMatches(missingImage);
const imageIsInvalid = `.spec.containers.[] | select(.image | test(${JSON.stringify(imageReference)}) | not) | .name`;

/**
 * How simulated pods live: Ready after about a second, completed if they belong to a Job, gone soon after deletion; a pod whose
 * image cannot exist never starts. Pods with an image that the runtime agent runs are left alone.
 */
export function podStages(): Stage[] {
  const ends: Expression = { key: ".metadata.ownerReferences.[].kind", operator: "In", values: ["Job"] };
  return stagesOf({ simulated: notTheAgents, ends, readySince: "$now" });
}

/**
 * The same without a runtime agent and without delay: every pod is simulated, and an answer is not waited for. Pods have been ready
 * for ages, so that `minReadySeconds` passes at once, and all that are made to end do: those of Jobs, of Helm's hooks and tests.
 */
export function instantPodStages(): Stage[] {
  const simulated: Expression = { key: ".metadata.name", operator: "Exists" };
  const ends: Expression = { key: ".spec.restartPolicy", operator: "In", values: ["Never", "OnFailure"] };
  return stagesOf({ simulated, ends, readySince: AGES_AGO }).map((one) => {
    const { delay: _delay, ...spec } = one.spec;
    return { ...one, spec };
  });
}

/** Long before any moment from which Kubernetes counts how long a pod has been ready; a value of a template. */
const AGES_AGO = '"2000-01-01T00:00:00Z"';

/** How the pods of a control plane differ from those of another one. */
interface Pods {
  /** Which pods are simulated. */
  readonly simulated: Expression;
  /** Which of them end by themselves. */
  readonly ends: Expression;
  /** Since when a pod that becomes ready is said to have been so, as a value of a template. */
  readonly readySince: string;
}

function stagesOf({ simulated, ends, readySince }: Pods): Stage[] {
  const pending = { key: ".status.phase", operator: "In", values: ["Pending"] } as const;
  return [
    stage("Pod", "pod-ready", {
      match: [
        alive,
        simulated,
        pending,
        { key: imageIsMissing, operator: "DoesNotExist" },
        { key: imageIsInvalid, operator: "DoesNotExist" },
      ],
      delay: [700, 1_200],
      next: { statusTemplate: readyStatus(readySince) },
    }),
    stage("Pod", "pod-image-missing", {
      match: [
        alive,
        simulated,
        pending,
        { key: imageIsMissing, operator: "Exists" },
        { key: imageIsInvalid, operator: "DoesNotExist" },
        { key: ".status.containerStatuses.[].state.waiting.reason", operator: "NotIn", values: ["ErrImagePull"] },
      ],
      delay: [500, 1_000],
      next: { statusTemplate: waitingStatus("ErrImagePull", "failed to pull and unpack image: not found") },
    }),
    stage("Pod", "pod-image-invalid", {
      match: [
        alive,
        simulated,
        pending,
        { key: imageIsInvalid, operator: "Exists" },
        { key: ".status.containerStatuses.[].state.waiting.reason", operator: "NotIn", values: ["InvalidImageName"] },
      ],
      delay: [200, 400],
      next: {
        statusTemplate: waitingStatus("InvalidImageName", "couldn't parse image name: invalid reference format"),
      },
    }),
    // The node life-cycle controller sets Ready to False while the node is silent (the machine slept, its servers were killed).
    // Kubelet sets it back when the node is Ready again.
    stage("Pod", "pod-ready-again", {
      match: [
        alive,
        simulated,
        { key: ".status.phase", operator: "In", values: ["Running"] },
        { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: "In", values: ["False"] },
      ],
      delay: [500, 1_000],
      next: { statusTemplate: readyAgainStatus },
    }),
    stage("Pod", "pod-complete", {
      match: [alive, simulated, { key: ".status.phase", operator: "In", values: ["Running"] }, ends],
      delay: [1_000, 2_000],
      next: { statusTemplate: completedStatus },
    }),
    stage("Pod", "pod-delete", {
      match: [
        { key: ".metadata.deletionTimestamp", operator: "Exists" },
        simulated,
        { key: ".metadata.finalizers", operator: "DoesNotExist" },
      ],
      delay: [200, 500],
      next: { delete: true },
    }),
  ];
}

/** How the node lives: Ready at once, and looked at every ten minutes; its lease is kwok's own work. */
export function nodeStages(): Stage[] {
  const ready = '.status.conditions.[] | select( .type == "Ready" ) | .status';
  const next = { statusTemplate: nodeStatus };
  return [
    stage("Node", "node-initialize", { match: [{ key: ready, operator: "NotIn", values: ["True"] }], next }),
    stage("Node", "node-heartbeat-with-lease", {
      match: [{ key: ready, operator: "In", values: ["True"] }],
      delay: [600_000, 610_000],
      next,
    }),
  ];
}

function imageMatches(pattern: string): string {
  return `.spec.containers.[] | select(.image | test(${JSON.stringify(pattern)})) | .name`;
}

interface Rule {
  readonly match: readonly Expression[];
  /** Shortest and longest time until it happens, in milliseconds. @default at once */
  readonly delay?: readonly [number, number];
  readonly next: Readonly<Record<string, unknown>>;
}

function stage(kind: "Node" | "Pod", name: string, rule: Rule): Stage {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind },
      selector: { matchExpressions: rule.match },
      ...(rule.delay && {
        delay: { durationMilliseconds: rule.delay[0], jitterDurationMilliseconds: rule.delay[1] },
      }),
      next: rule.next,
    },
  };
}

const nodeStatus = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}
phase: Running
`;

/** Conditions of a pod as items of a YAML list. */
function conditions(types: readonly string[], rest: string, since = "$now"): string {
  return types.map((type) => `- type: ${type}\n  lastTransitionTime: {{ ${since} | Quote }}\n  ${rest}`).join("\n");
}

const addresses = `
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs:
- ip: {{ . | Quote }}
{{ end }}
`;

function readyStatus(since: string): string {
  return `
{{ $now := Now }}
conditions:
${conditions(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"], `status: "True"`, since)}
{{ range .spec.readinessGates }}
- lastTransitionTime: {{ $now | Quote }}
  status: "True"
  type: {{ .conditionType | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state:
    running:
      startedAt: {{ $now | Quote }}
  {{ else }}
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}
{{ end }}
phase: Running
startTime: {{ $now | Quote }}
${addresses}`;
}

const readyAgainStatus = `
{{ $now := Now }}
conditions:
${conditions(["Ready", "ContainersReady"], `status: "True"`)}
`;

const completedStatus = `
{{ $now := Now }}
conditions:
${conditions(["Ready", "ContainersReady"], `status: "False"\n  reason: PodCompleted`)}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
`;

function waitingStatus(reason: string, message: string): string {
  return `
{{ $now := Now }}
conditions:
${conditions(["Initialized"], `status: "True"`)}
${conditions(["Ready", "ContainersReady"], `status: "False"\n  reason: ContainersNotReady`)}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    waiting:
      reason: ${reason}
      message: {{ printf "%s: ${message}" .image | Quote }}
{{ end }}
phase: Pending
${addresses}`;
}
