import { expect, test } from "vitest";
import { readsOf } from "../../../../cli/environments/repository-reads.js";
import type { GitLab } from "../../../../packages/kit/gitlab-client.js";
import { GitLabError } from "../../../../packages/kit/gitlab-error.js";
import { renderProgramRecord } from "../../../../packages/manifests/program-record.js";
import { record } from "./samples.js";

const repositories = {
  gitlabUrl: "https://gitlab.example.org/base",
  setupRepository: "https://gitlab.example.org/base/team/setup.git",
  applicationRepository: "https://gitlab.example.org/base/team/application.git",
};

const open = (project: string, iid: number, source_branch: string) => ({
  ...{ project, iid, source_branch, web_url: `https://gitlab.example.org/${project}/${iid}` },
});
const requests = [
  open("team/application", 1, "timonier/promote-production"),
  open("team/application", 2, "timonier/promote-staging"),
  open("team/application", 3, "feature"),
  open("team/application", 8, "timonier/rollback-staging-shop"),
  open("team/application", 4, "timonier/rollback-production-shop"),
  open("team/application", 9, "timonier/add-west"),
  open("team/application", 10, "timonier/images"),
  open("team/setup", 5, "timonier/publish-west"),
  open("team/setup", 6, "timonier/publish-east"),
  open("team/setup", 7, "timonier/promote-production"),
  open("team/setup", 11, "timonier/flux-west"),
];
const asked: unknown[] = [];
const client = {
  RepositoryFiles: {
    show: async (project: string, path: string, ref: string) => {
      asked.push([project, path, ref]);
      if (ref !== "trunk")
        throw new GitLabError({ status: 404, words: "404 Not found", uncertain: false }, "x", "y", "z");
      return { content: Buffer.from(renderProgramRecord(record({ shop: "x" }))).toString("base64") };
    },
  },
  MergeRequests: {
    all: async (query: { projectId: string; state: string; targetBranch: string }) => {
      expect(query).toMatchObject({ state: "opened", targetBranch: "trunk" });
      return requests.filter(({ project }) => project === query.projectId);
    },
  },
} as unknown as GitLab;
const reads = readsOf(client, repositories, "trunk");

test("the record is read at the head of the branch, or at a commit", async () => {
  expect(await reads.record("staging")).toEqual(record({ shop: "x" }));
  expect(asked).toEqual([["team/application", "environments/staging/.timonier-program.json", "trunk"]]);
});

test("merge requests are those of the environment, and in the setup repository those of its clusters", async () => {
  const found = await reads.mergeRequests({
    ...{ environment: "production", isFirst: false, clusters: ["west"], applications: ["shop"] },
  });
  expect(found.map(({ reference, branch }) => [reference, branch])).toEqual([
    ["team/application!1", "timonier/promote-production"],
    ["team/application!4", "timonier/rollback-production-shop"],
    ["team/application!9", "timonier/add-west"],
    ["team/setup!5", "timonier/publish-west"],
    ["team/setup!7", "timonier/promote-production"],
    ["team/setup!11", "timonier/flux-west"],
  ]);
  expect(found[0]?.url).toBe("https://gitlab.example.org/team/application/1");
});

test("the first environment waits for image automation as well", async () => {
  const names = { environment: "staging", isFirst: true, clusters: [], applications: [] };
  expect((await reads.mergeRequests(names)).map(({ branch }) => branch)).toEqual([
    "timonier/promote-staging",
    "timonier/images",
  ]);
});

test("images are read from their marked lines; files that are not there yet have none", async () => {
  const marked = `image: nginx:1.14.3 # {"$imagepolicy": "default:nginx"}\n`;
  const RepositoryFiles = {
    show: async (_: string, path: string) => {
      if (path !== "environments/staging/infra/deployment.yaml")
        throw new GitLabError({ status: 404, words: "404 Not found", uncertain: false }, "x", "y", "z");
      return { content: Buffer.from(marked).toString("base64") };
    },
  };
  const { images } = readsOf({ ...client, RepositoryFiles } as unknown as GitLab, repositories, "trunk");
  expect(await images(["environments/staging/infra/deployment.yaml", "environments/staging/infra/new.yaml"])).toEqual(
    new Map([["default:nginx", "nginx:1.14.3"]]),
  );
});

test("a commit before the environment had a record has an empty one", async () => {
  expect(await reads.record("staging", "0".repeat(40))).toEqual(new Map());
});
