import { describe, expect, test } from "vitest";
import { mergeRequestOf } from "../../../../../packages/report/note/pipeline-merge-request.js";

describe("what a pipeline knows of its merge request", () => {
  test("is the target's project, the number and the head", () => {
    const known = mergeRequestOf({
      CI_MERGE_REQUEST_PROJECT_ID: "5",
      CI_PROJECT_ID: "6",
      CI_MERGE_REQUEST_IID: "7",
      CI_COMMIT_SHA: "abc",
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "",
      TIMONIER_NOTE_TOKEN: "note",
      GITLAB_TOKEN: "other",
    });
    expect(known).toMatchObject({ project: "5", mergeRequest: 7, headSha: "abc", mergedSha: undefined, token: "note" });
  });

  test("is the source's head where the pipeline's commit is a merge of it", () => {
    const known = mergeRequestOf({ CI_COMMIT_SHA: "merge", CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "head" });
    expect(known).toMatchObject({ headSha: "head", mergedSha: "merge" });
  });

  test("is nothing outside of a pipeline", () => {
    expect(Object.values(mergeRequestOf({ CI_MERGE_REQUEST_IID: "x", TIMONIER_NOTE_TOKEN: "" }))).toEqual(
      Array.from({ length: 8 }, () => undefined),
    );
  });
});
