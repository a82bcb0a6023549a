import { expect, test } from "vitest";
import { defaultMergeTemplate, fillTemplate } from "../../../../../simulators/gitlab/model/merge-message.js";

const values = { title: "Add x", issues: "", source_branch: "x", target_branch: "main", reference: "a/b!1" };

test("the default template leaves out the line of issues", () => {
  expect(fillTemplate(defaultMergeTemplate, values)).toBe(
    "Merge branch 'x' into 'main'\n\nAdd x\n\nSee merge request a/b!1",
  );
});

test.each([
  ["%{title} %{unknown}", "Add x %{unknown}"],
  ["%{issues}%{title}", "Add x"],
  ["%{title}\n\n%{issues}", "Add x"],
  ["%{title}\n%{issues}\nend", "Add x\nend"],
  ["one\r\n%{title}", "one\nAdd x"],
])("%j is filled", (template, expected) => {
  expect(fillTemplate(template, values)).toBe(expected);
});
