import { expect, test } from "vitest";
import { type Pod, reasonOf } from "../../../../packages/health/pod-reason.js";

const pod = (status: Pod["status"]): Pod => ({ metadata: { name: "one" }, ...(status && { status }) });
const container = (state: object, more: object = {}) =>
  pod({ phase: "Running", containerStatuses: [{ ready: false, state, ...more }] });
const crashed = { lastState: { terminated: { exitCode: 1, reason: "Error", message: "starting\nno such flag\n" } } };

test.each<[string, Pod, string]>([
  ["nothing yet", pod(undefined), "is starting"],
  ["a container that is created", container({ waiting: { reason: "ContainerCreating" } }), "is not ready yet"],
  ["a program that runs and is not ready", container({ running: {} }), "is not ready yet"],
  [
    "a crash loop",
    container({ waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } }, { restartCount: 1, ...crashed }),
    "CrashLoopBackOff after 1 restart, exit code 1: no such flag",
  ],
  [
    "a program between two crashes",
    container({ running: {} }, { restartCount: 3, ...crashed }),
    "is not ready after 3 restarts, exit code 1: no such flag",
  ],
  [
    "a program that was killed for its memory",
    container({ terminated: { exitCode: 137, reason: "OOMKilled" } }),
    "exit code 137 (OOMKilled)",
  ],
  [
    "an image that cannot be pulled",
    container({ waiting: { reason: "ErrImagePull", message: "no program for image" } }),
    "ErrImagePull: no program for image",
  ],
  [
    "no node",
    pod({ conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }] }),
    "Unschedulable: 0/1 nodes",
  ],
  ["an eviction", pod({ phase: "Failed", reason: "Evicted", message: "low on memory" }), "Evicted: low on memory"],
  ["its end", { metadata: { name: "one", deletionTimestamp: "2027-01-01T00:00:00Z" } }, "is being deleted"],
])("a pod tells of %s", (_what, one, reason) => {
  expect(reasonOf(one)).toBe(reason);
});

test("an init container that fails is told before the containers that wait for it", () => {
  const init = { ready: false, restartCount: 2, state: { waiting: { reason: "CrashLoopBackOff" } }, ...crashed };
  const waits = { ready: false, state: { waiting: { reason: "PodInitializing" } } };
  const found = pod({ phase: "Pending", initContainerStatuses: [init], containerStatuses: [waits] });
  expect(reasonOf(found)).toMatch(/^CrashLoopBackOff after 2 restarts/);
});

test("a long last line is cut", () => {
  const terminated = { exitCode: 2, message: "x".repeat(2_000) };
  expect(reasonOf(container({ terminated }))).toHaveLength("exit code 2: ".length + 200);
});
