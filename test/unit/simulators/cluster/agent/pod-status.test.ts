import { expect, test } from "vitest";
import type { ContainerStatus, Pod } from "../../../../../simulators/cluster/agent/pod-objects.js";
import { podStatus, sameStatus } from "../../../../../simulators/cluster/agent/pod-status.js";

const before = "2026-01-01T00:00:00Z";
const now = "2026-01-01T00:00:09Z";

function container(part: Partial<ContainerStatus>): ContainerStatus {
  const none = { name: "manager", image: "i", imageID: "", ready: false, started: false, restartCount: 0 };
  return { ...none, state: {}, lastState: {}, ...part };
}

function pod(part: Partial<Pod["spec"]> = {}, status: Pod["status"] = {}): Pod {
  return {
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: { containers: [{ name: "manager", image: "i" }], ...part },
    status,
  };
}

const condition = (status: ReturnType<typeof podStatus>, type: string) =>
  status.conditions?.find((one) => one.type === type);

test("a pod whose containers are created is Pending and tells which are not ready", () => {
  const status = podStatus(
    pod(),
    [container({ state: { waiting: { reason: "ContainerCreating" } } })],
    "10.0.0.1",
    now,
  );
  expect(status).toMatchObject({ phase: "Pending", podIP: "10.0.0.1", hostIP: "127.0.0.1", startTime: now });
  expect(condition(status, "Ready")).toMatchObject({
    status: "False",
    reason: "ContainersNotReady",
    message: "containers with unready status: [manager]",
  });
});

test("a ready pod is Running, keeps what the scheduler wrote and the times of what did not change", () => {
  // GIVEN
  const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: before };
  const initialized = { type: "Initialized", status: "True", lastTransitionTime: before };
  const ready = { type: "Ready", status: "False", lastTransitionTime: before };
  const known = pod({}, { startTime: before, conditions: [scheduled, initialized, ready] });
  // WHEN
  const running = container({ ready: true, started: true, state: { running: { startedAt: before } } });
  const status = podStatus(known, [running], "10.0.0.1", now);
  // THEN
  expect(status.phase).toBe("Running");
  expect(status.startTime).toBe(before);
  expect(condition(status, "PodScheduled")).toEqual(scheduled);
  expect(condition(status, "Initialized")?.lastTransitionTime).toBe(before);
  expect(condition(status, "Ready")).toMatchObject({ status: "True", lastTransitionTime: now });
  expect(condition(status, "Ready")).not.toHaveProperty("reason");
});

test("a pod in CrashLoopBackOff is Running, not Pending", () => {
  const terminated = { exitCode: 1, reason: "Error", startedAt: before, finishedAt: now };
  const crashed = container({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated } });
  expect(podStatus(pod(), [crashed], "10.0.0.1", now).phase).toBe("Running");
});

test.each([
  [0, "Succeeded"],
  [1, "Failed"],
])("a pod that is never restarted and exits with %i is %s", (exitCode, phase) => {
  const terminated = { exitCode, reason: "Completed", startedAt: before, finishedAt: now };
  const spec = { restartPolicy: "Never" } as const;
  expect(podStatus(pod(spec), [container({ state: { terminated } })], "10.0.0.1", now).phase).toBe(phase);
});

test("nothing is written when the API server says the same already, in whatever order", () => {
  const containers = [container({ ready: true, state: { running: { startedAt: before } } })];
  const status = podStatus(pod(), containers, "10.0.0.1", now);
  const reversed = Object.fromEntries(Object.entries(status).reverse());
  expect(sameStatus({ ...reversed, phase: "Running" }, status)).toBe(true);
  expect(sameStatus({ ...reversed, phase: "Pending" }, status)).toBe(false);
  expect(sameStatus(undefined, status)).toBe(false);
});
