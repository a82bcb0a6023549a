import { imageReference } from "@timonier/kit/image-reference";
import { agentImagePattern } from "./images.js";
import { completedStatus, nodeStatus, readyAgainStatus, readyStatus, waitingStatus } from "./status-templates.js";

/**
 * A rule of kwok: which objects, after which delay, get which status.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
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

/** Tag of an image that does not exist in any registry. */
const missingImage = ":does-not-exist$";
const imageIsMissing = imageMatches(missingImage);
const imageIsInvalid = `.spec.containers.[] | select(.image | test(${JSON.stringify(imageReference)}) | not) | .name`;

/**
 * How simulated pods live: Ready after about a second, completed if they belong to a Job, gone soon
 * after deletion; a pod whose image cannot exist never starts. Pods with an image that the runtime
 * agent runs are not simulated.
 */
export function podStages(): Stage[] {
  const ends: Expression = { key: ".metadata.ownerReferences.[].kind", operator: "In", values: ["Job"] };
  return stagesOf({ simulated: notTheAgents, ends, readySince: "$now" });
}

/**
 * The stages of a rehearsal: every pod is simulated, without delay. Pods have been ready since long
 * ago, so that `minReadySeconds` has passed, and pods that are meant to end do so: those of Jobs,
 * and of Helm's hooks and tests.
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

/** How simulated pods behave. */
interface Pods {
  /** Which pods are simulated. */
  readonly simulated: Expression;
  /** Which of them complete. */
  readonly ends: Expression;
  /** Time since when a ready pod claims to be ready; a value of a template. */
  readonly readySince: string;
}

const pending: Expression = { key: ".status.phase", operator: "In", values: ["Pending"] };

function stagesOf({ simulated, ends, readySince }: Pods): Stage[] {
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
    ...imageFailureStages(simulated),
    // The node life-cycle controller sets Ready to False while the node is silent (the machine
    // slept, its servers were killed). Kubelet sets it back when the node is Ready again.
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

/** A pod waits for ever for an image that cannot exist, with kubelet's reasons. */
function imageFailureStages(simulated: Expression): Stage[] {
  const notYet = (reason: string): Expression => ({
    key: ".status.containerStatuses.[].state.waiting.reason",
    operator: "NotIn",
    values: [reason],
  });
  return [
    stage("Pod", "pod-image-missing", {
      match: [
        alive,
        simulated,
        pending,
        { key: imageIsMissing, operator: "Exists" },
        { key: imageIsInvalid, operator: "DoesNotExist" },
        notYet("ErrImagePull"),
      ],
      delay: [500, 1_000],
      next: { statusTemplate: waitingStatus("ErrImagePull", "failed to pull and unpack image: not found") },
    }),
    stage("Pod", "pod-image-invalid", {
      match: [alive, simulated, pending, { key: imageIsInvalid, operator: "Exists" }, notYet("InvalidImageName")],
      delay: [200, 400],
      next: {
        statusTemplate: waitingStatus("InvalidImageName", "couldn't parse image name: invalid reference format"),
      },
    }),
  ];
}

/** Stages of the node: Ready at once, status renewed every ten minutes; kwok renews its lease itself. */
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
