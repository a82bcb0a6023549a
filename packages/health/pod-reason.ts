/**
 * The part of a pod from which {@link reasonOf} reads why it is not ready.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    readonly phase?: string;
    /** For example `Evicted`. */
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: ReadonlyArray<{
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }>;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: Terminated;
}

interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
}

/** Waiting reasons of every container that starts. */
const NORMAL_START = new Set(["ContainerCreating", "PodInitializing"]);

/** Largest number of characters of a program's last line in a message. */
const LINE = 200;

/**
 * Why a pod is not ready, from its status: `CrashLoopBackOff after 3 restarts, exit code 1: its
 * last line`.
 */
export function reasonOf({ metadata, status = {} }: Pod): string {
  if (metadata.deletionTimestamp) return "is being deleted";
  if (status.reason) return withMessage(status.reason, status.message);
  const scheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return withMessage(scheduled.reason ?? "Unschedulable", scheduled.message);
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const unready = containers.filter(({ ready }) => !ready);
  const reasons = unready.map(containerReason).filter((one) => one !== undefined);
  return reasons[0] ?? (unready.length > 0 && status.phase === "Running" ? "is not ready yet" : "is starting");
}

function containerReason({ state = {}, lastState, restartCount = 0 }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state;
  const ended = terminated ?? lastState?.terminated;
  // An init container that succeeded is not ready on older servers.
  if (terminated?.exitCode === 0) return undefined;
  if (waiting?.reason !== undefined && !NORMAL_START.has(waiting.reason)) {
    // The message of a back-off only repeats the name of the pod; the exit code says more.
    return ended
      ? `${waiting.reason} after ${restarts(restartCount)}, ${end(ended)}`
      : withMessage(waiting.reason, waiting.message);
  }
  if (!ended) return undefined;
  return terminated ? end(terminated) : `is not ready after ${restarts(restartCount)}, ${end(ended)}`;
}

function restarts(count: number): string {
  return count === 1 ? "1 restart" : `${count} restarts`;
}

function end({ exitCode, reason, message }: Terminated): string {
  const line = message?.trim().split("\n").at(-1)?.slice(0, LINE);
  const why = reason && !["Error", "Completed"].includes(reason) ? ` (${reason})` : "";
  return `exit code ${exitCode}${why}${line ? `: ${line}` : ""}`;
}

function withMessage(reason: string, message: string | undefined): string {
  return message ? `${reason}: ${message}` : reason;
}
