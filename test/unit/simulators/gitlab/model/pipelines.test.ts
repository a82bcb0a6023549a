import { describe, expect, test } from "vitest";
import { pipelineStatus, transitionError } from "../../../../../simulators/gitlab/model/pipelines.js";
import type { JobStatus, Pipeline } from "../../../../../simulators/gitlab/model/types/automation.js";
import { newState } from "../support.js";

function statusOf(...jobs: JobStatus[]): JobStatus {
  const state = newState();
  const pipeline: Pipeline = {
    id: 1,
    iid: 1,
    projectId: 1,
    sha: "a",
    ref: "main",
    userId: 1,
    createdAt: "",
    updatedAt: "",
  };
  for (const [index, status] of jobs.entries()) {
    state.commitStatuses.push({
      id: index,
      projectId: 1,
      pipelineId: 1,
      sha: "a",
      ref: "main",
      name: `job ${index}`,
      status,
      description: null,
      targetUrl: null,
      authorId: 1,
      createdAt: "",
    });
  }
  return pipelineStatus(state, pipeline);
}

test.each<[JobStatus[], JobStatus]>([
  [["success", "success"], "success"],
  [["success", "skipped"], "success"],
  [["skipped"], "skipped"],
  [["success", "failed"], "failed"],
  [["canceled", "failed"], "failed"],
  [["canceled", "success"], "canceled"],
  [["pending"], "pending"],
  [["success", "pending"], "running"],
  [["failed", "running"], "running"],
])("GIVEN jobs %j THEN their pipeline is %s", (jobs, expected) => {
  expect(statusOf(...jobs)).toBe(expected);
});

describe("a job's next state", () => {
  test.each([
    ["created", "pending"],
    ["created", "running"],
    ["created", "success"],
    ["pending", "running"],
    ["running", "failed"],
    ["pending", "canceled"],
  ] as const)("GIVEN %s THEN it may become %s", (from, to) => {
    expect(transitionError(from, to)).toBeUndefined();
  });

  test("GIVEN one that cannot follow THEN GitLab's words say so", () => {
    expect(transitionError("running", "running")).toBe(
      'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")',
    );
    expect(transitionError("pending", "pending")).toContain("via :enqueue from :pending");
    expect(transitionError("running", "skipped")).toContain("via :skip from :running");
  });
});
