import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test, vi } from "vitest";
import type { GitLabInstance } from "../../../../../infra/gitlab/gitlab-instance.js";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const made: Made[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        made.push({ type, name, inputs });
        const outputs = {
          ...inputs,
          username: `gitlab+deploy-token-${name}`,
          token: "gldt-canary",
          expiresAt: "2027-01-01T00:00:00.000Z",
        };
        return { id: id || `${name}-id`, state: outputs };
      },
      call: ({ inputs }) => inputs,
    },
    "timonier",
    "test",
  );
  const { Repository } = await import("../../../../../infra/gitlab/repository/repository.js");
  const instance: GitLabInstance = {
    url: "https://gitlab.example",
    gitUrl: "https://gitlab.example",
    caFile: undefined,
    caBundle: undefined,
    features: { approvals: false, projectTokens: true, levelLists: false },
    token: pulumi.secret("glpat-canary"),
    provider: new gitlab.Provider("gitlab", { baseUrl: "https://gitlab.example" }),
    namespace: { path: "team", id: 7 },
    owned: undefined,
    existing: new Map(),
  };
  const repository = new Repository("setup", {
    instance,
    path: "gitops-setup",
    description: "setup",
    branch: "main",
    visibility: "private",
    protect: true,
    content: { folders: ["seed"] },
    cluster: "west",
    tokens: { days: 90, rotateBefore: undefined, notes: false },
    review: { approvals: 1, codeOwners: undefined, requirePipeline: false },
  });
  expect(repository.url).toBe("https://gitlab.example/team/gitops-setup.git");
  await vi.waitFor(() => expect(made).toHaveLength(8));
});

const find = (name: string) => made.find((one) => one.name === name)?.inputs;

test("makes just these resources", () => {
  expect(made.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
    "gitlab:index/branchProtection:BranchProtection setup-protection",
    "gitlab:index/project:Project setup-project",
    "gitlab:index/projectDeployToken:ProjectDeployToken setup-read-token",
    "pulumi:providers:gitlab gitlab",
    "timonier:gitlab:Repository setup",
    "timonier:gitlab:RepositoryTokens setup-tokens",
    "timonier:gitlab:Seed setup-seed",
    "timonier:gitlab:TokenWindow setup-token-window",
  ]);
});

test("no one pushes to the branch, maintainers merge", () => {
  expect(find("setup-protection")).toMatchObject({
    branch: "main",
    pushAccessLevel: "no one",
    mergeAccessLevel: "maintainer",
    allowForcePush: false,
  });
});

test("the cluster's token reads one repository, is named after both, and expires", () => {
  expect(find("setup-read-token")).toMatchObject({
    project: "setup-project-id",
    name: "west-gitops-setup",
    scopes: ["read_repository"],
    expiresAt: "2027-01-01T00:00:00.000Z",
  });
});

test("the project is made in the namespace, empty, without waiting for a protection that never comes", () => {
  expect(find("setup-project")).toMatchObject({
    path: "gitops-setup",
    namespaceId: 7,
    visibilityLevel: "private",
    initializeWithReadme: false,
    skipWaitForDefaultBranchProtection: true,
  });
});
