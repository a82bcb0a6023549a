import { expect, test } from "vitest";
import { gateStatus, judgePromotion, mergeWhenOpen, statusOf } from "../../../../cli/promotion/promotion-gate.js";
import { GitLabError } from "../../../../packages/kit/gitlab-error.js";
import type { Report } from "../../../../packages/report/model.js";
import { sampleReport } from "../../packages/report/sample.js";

const headSha = "a".repeat(40);

/** Commit statuses as GitLab keeps them: a new one is added where the last one of its name has ended. */
function gitlab({
  labels = [],
  merge = () => ({ state: "opened" }),
}: {
  labels?: string[];
  merge?: () => object;
} = {}) {
  const statuses: { name: string; status: string; description: string }[] = [];
  const client = {
    Commits: {
      allStatuses: async (_: string, __: string, { name }: { name: string }) =>
        statuses.filter((one) => one.name === name).reverse(),
      editStatus: async (_: string, __: string, status: string, given: { name: string; description: string }) => {
        const open = statuses.findLast((one) => one.name === given.name && one.status === "pending");
        if (open && status === "pending") throw new Error("Cannot transition status via :enqueue from :pending");
        if (open) Object.assign(open, { status, description: given.description });
        else statuses.push({ name: given.name, status, description: given.description });
      },
    },
    MergeRequests: {
      show: async () => ({ sha: headSha, labels, author: { id: 1 } }),
      allDiffVersions: async () => [],
      merge: async () => merge(),
    },
    MergeRequestApprovals: { showConfiguration: async () => ({ approved_by: [] }) },
  };
  const request = { client: client as never, project: "team/application", mergeRequest: 3, branch: "b", headSha };
  return { request, client: client as never, state: (name: string) => statuses.filter((one) => one.name === name) };
}

const promotion = (waits: readonly string[]) => ({ from: "staging", to: "production", applications: [], waits });
const safe = (waits: readonly string[]): Report => {
  const { error: _, ...report } = sampleReport();
  const nothing = { changes: [], reconciliations: [], policies: [], notEvaluated: [] };
  return { ...report, ...nothing, verdict: "safe", promotion: promotion(waits) };
};

test("while something waits the status is pending, and says for what", async () => {
  const { request, client, state } = gitlab();
  expect(await judgePromotion(request, safe(["shop waits"]))).toEqual(["shop waits"]);
  expect(await statusOf(client, "team/application", headSha, gateStatus)).toEqual({
    state: "pending",
    description: "shop waits",
  });
  // The second look has another text; GitLab refuses to set a pending status to pending.
  expect(await judgePromotion(request, safe(["shop waits less"]))).toEqual(["shop waits less"]);
  expect(state(gateStatus)).toHaveLength(1);
});

test("the gate opens once nothing waits, and can shut again", async () => {
  const { request, state } = gitlab();
  for (const waits of [["shop waits"], [], ["shop is not Ready"]]) await judgePromotion(request, safe(waits));
  expect(state(gateStatus).map(({ status }) => status)).toEqual(["success", "pending"]);
});

test("what the rehearsal refuses keeps it shut, until a label accepts it", async () => {
  const { request, state } = gitlab();
  const lost = { ...safe([]), changes: [{ ...sampleReport().changes[0], dataLoss: true }] } as Report;
  expect((await judgePromotion(request, lost)).join()).toMatch(/^data-loss: .* its data is lost$/);
  expect(state("timonier/rehearsal").map(({ status }) => status)).toEqual(["failed"]);
  const accepting = gitlab({ labels: ["timonier:accept-data-loss"] });
  expect((await judgePromotion(accepting.request, lost)).filter((one) => one.startsWith("data-loss"))).toEqual([]);
});

test.each([
  ["merged", () => ({ state: "merged" }), "merged !3"],
  ["scheduled", () => ({ state: "opened" }), "GitLab merges !3 when its gate opens"],
])("auto-merge: %s", async (_, merge, words) => {
  expect(await mergeWhenOpen(gitlab({ merge }).request)).toBe(words);
});

test("auto-merge: what GitLab refuses is no error, and what it cannot answer is one", async () => {
  const refuse = (status: number | undefined) => () => {
    throw new GitLabError({ status, words: "405 Method Not Allowed", uncertain: false }, "a", "b", "c");
  };
  expect(await mergeWhenOpen(gitlab({ merge: refuse(405) }).request)).toBe(
    "GitLab does not merge !3 by itself: 405 Method Not Allowed",
  );
  await expect(mergeWhenOpen(gitlab({ merge: refuse(undefined) }).request)).rejects.toThrow(GitLabError);
});
