import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout } from "../../../packages/kit/state-folder.js";
import { cachedLanes, lanes } from "../../lanes/lanes.js";
import { resultsOf } from "../../lanes/results.js";
import { failureList, outcomeTable, plan, total } from "../../lanes/summary.js";
import { hits, unchangedLanes } from "../../lanes/turbo.js";

describe("the plan", () => {
  test("says what runs, what does not, and how long each took", () => {
    const two = lanes.filter(({ name }) => name === "corpus" || name === "pages");
    const text = plan(two, new Set(["pages"]), { corpus: { at: "2026-11-29T03:00:00Z", seconds: 75 } });
    expect(text.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | "))).toEqual([
      "LANE | NOW | LAST TIME | COVERS",
      "pages | unchanged since it passed | never run here | GitLab's pages in a browser",
      "corpus | runs | 1 m 15 s on 2026-11-29 | predictions of merges against what happened",
    ]);
  });
});

describe("the sum", () => {
  const outcomes = [
    { name: "corpus", seconds: 75, counts: { passed: 10, failed: 1, skipped: 2, failures: ["a.test.ts > a: b"] } },
    { name: "pages", seconds: 0, counts: undefined },
  ];

  test("counts what was run, and nothing of a lane that was not", () => {
    expect(total(outcomes)).toEqual({ passed: 10, failed: 1, skipped: 2 });
    expect(outcomeTable(outcomes)).toMatch(/corpus +1 m 15 s +10 +1 +2\npages +unchanged since it passed/);
  });

  test("names what failed, and the lane that failed outside of a test", () => {
    const crashed = { name: "bench", seconds: 1, counts: { passed: 0, failed: 1, skipped: 0, failures: [] } };
    expect(failureList([...outcomes, crashed])).toBe(
      "failed in corpus: a.test.ts > a: b\nfailed in bench: failed outside of a test; its output is above\n",
    );
  });
});

describe("a JSON report", () => {
  test("of a file that could not be loaded has a failure that no test reports", () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 0,
      testResults: [
        { name: join(checkout, "test/a.test.ts"), status: "failed", message: "cannot import\nx", assertionResults: [] },
        {
          name: join(checkout, "test/b.test.ts"),
          status: "failed",
          assertionResults: [
            {
              status: "failed",
              fullName: "b counts",
              failureMessages: ["\u001b[31mError: 1 is not 2\n  at b\u001b[0m"],
            },
          ],
        },
        {
          name: join(checkout, "test/c.test.ts"),
          status: "passed",
          assertionResults: [{ status: "passed", fullName: "c", failureMessages: [] }],
        },
      ],
    };
    expect(resultsOf(JSON.stringify(report))).toEqual({
      passed: 3,
      failed: 2,
      skipped: 2,
      failures: ["test/b.test.ts > b counts: Error: 1 is not 2", "test/a.test.ts: cannot import"],
    });
  });

  test("that was not written is a lane that said why it was skipped", () => {
    expect(resultsOf(undefined)).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
  });
});

describe("turbo's dry run", () => {
  test("tells which lanes passed with the same inputs, whatever is printed before", () => {
    const tasks = [
      { taskId: "//#lane:pages", cache: { status: "HIT", local: true } },
      { taskId: "//#lane:corpus", cache: { status: "MISS", local: false } },
    ];
    const text = `Attention:\nsomething\n\n${JSON.stringify({ id: "x", tasks })}`;
    expect([...hits(text, ["corpus", "pages"])]).toEqual(["pages"]);
    expect(() => hits(text, ["corpus", "e2e"])).toThrow("turbo does not run the task //#lane:e2e");
  });

  test("of turbo itself has every lane", async () => {
    await expect(unchangedLanes(cachedLanes)).resolves.toBeInstanceOf(Set);
  });
});
