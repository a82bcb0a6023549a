import { describe, expect, test } from "vitest";
import {
  type AcceptanceClient,
  type AcceptanceOptions,
  acceptances,
} from "../../../../../packages/report/note/acceptances.js";

interface Given {
  readonly labels?: readonly string[];
  readonly sha?: string;
  /** User's number and time of the approval. */
  readonly approvals?: readonly (readonly [number, string | undefined])[];
  readonly versions?: readonly (readonly [string, string])[];
}

const author = 1;

/** GitLab's answers for one merge request. */
function client({ labels = [], sha = "new", approvals = [], versions = [] }: Given): AcceptanceClient {
  return {
    MergeRequests: {
      show: async () => ({ sha, labels, author: { id: author } }),
      allDiffVersions: async () => versions.map(([head_commit_sha, created_at]) => ({ head_commit_sha, created_at })),
    },
    MergeRequestApprovals: {
      showConfiguration: async () => ({
        approved_by: approvals.map(([id, approved_at]) => ({ user: { id, username: `user${id}` }, approved_at })),
      }),
    },
  } as unknown as AcceptanceClient;
}

const options: AcceptanceOptions = { project: 1, mergeRequest: 2, headSha: "new", ways: ["label", "approval"] };
const pushed = {
  versions: [
    ["old", "2026-01-01T08:00:00Z"],
    ["new", "2026-01-01T10:00:00Z"],
  ] as const,
};

describe("what people accept", () => {
  test("is the rule that a label names, and no other label", async () => {
    const labels = ["bug", "timonier:accept-data-loss", "timonier:accept-rejection"];
    expect(await acceptances(client({ labels }), options)).toEqual([
      { rules: ["data-loss"], by: "the label timonier:accept-data-loss" },
    ]);
    expect(await acceptances(client({ labels }), { ...options, ways: ["approval"] })).toEqual([]);
  });

  test.each([
    ["an approval after the push", 2, "2026-01-01T10:00:01Z", ["the approval of user2"]],
    ["an approval of what was there before", 2, "2026-01-01T09:00:00Z", []],
    ["the author's own approval", author, "2026-01-01T11:00:00Z", []],
    ["an approval without a time", 2, undefined, []],
  ])("by %s", async (_, user, at, by) => {
    const found = await acceptances(client({ ...pushed, approvals: [[user, at]] }), options);
    expect(found.map((one) => one.by)).toEqual(by);
  });

  test("is nothing by approvals where nobody knows when the head was pushed, unless its pipeline does", async () => {
    const approvals = [[2, "2026-01-01T11:00:00Z"]] as const;
    expect(await acceptances(client({ approvals }), options)).toEqual([]);
    const pipelineCreatedAt = "2026-01-01T10:59:00Z";
    expect(await acceptances(client({ approvals }), { ...options, pipelineCreatedAt })).toHaveLength(1);
  });

  test("counts from the last time that the head became the head", async () => {
    const versions = [...pushed.versions, ["old", "2026-01-01T12:00:00Z"], ["new", "2026-01-01T13:00:00Z"]] as const;
    expect(await acceptances(client({ versions, approvals: [[2, "2026-01-01T11:00:00Z"]] }), options)).toEqual([]);
  });

  test("is nothing for a head that is another one by now", async () => {
    const labels = ["timonier:accept-data-loss"];
    expect(await acceptances(client({ labels, sha: "newer" }), options)).toEqual([]);
  });
});
