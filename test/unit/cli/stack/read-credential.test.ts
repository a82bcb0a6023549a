import { describe, expect, test } from "vitest";
import { credentialOf } from "../../../../cli/stack/read-credential.js";

const there = { gitlab: "remote", gitlabUrl: "https://gitlab.example.org" } as const;
const job = { CI_SERVER_URL: there.gitlabUrl, CI_JOB_TOKEN: "j" };

describe("as whom the repositories are read", () => {
  test.each([
    ["a token that reads", { TIMONIER_READ_TOKEN: "r" }, { user: "oauth2", token: "r" }],
    ["a deploy token", { TIMONIER_READ_TOKEN: "r", TIMONIER_READ_USER: "d" }, { user: "d", token: "r" }],
    ["a token that reads, in a pipeline", { ...job, TIMONIER_READ_TOKEN: "r" }, { user: "oauth2", token: "r" }],
    [
      "a variable that is empty, in a pipeline",
      { ...job, TIMONIER_READ_TOKEN: "" },
      { user: "gitlab-ci-token", token: "j" },
    ],
    ["a pipeline of the same GitLab", job, { user: "gitlab-ci-token", token: "j" }],
    ["a pipeline that has the stack's token", { ...job, GITLAB_TOKEN: "s" }, undefined],
    ["a pipeline of another GitLab", { ...job, CI_SERVER_URL: "https://other.example.org" }, undefined],
    ["nothing", {}, undefined],
  ])("GIVEN %s", (_what, env, expected) => {
    expect(credentialOf(env, there)).toEqual(expected);
  });

  test("a job's token is never given to the embedded GitLab, which nobody's pipeline knows", () => {
    expect(credentialOf(job, { ...there, gitlab: "embedded" })).toBeUndefined();
  });
});
