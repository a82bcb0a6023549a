import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";

/** What a program asks of the engine by options is seen before it is sent: mocks do not tell it. */
const replacedWith = new Map<string, unknown>();
const remember: pulumi.ResourceTransformation = ({ name, opts }) => {
  replacedWith.set(name, (opts as pulumi.CustomResourceOptions).replaceWith);
  return undefined;
};
let owned: pulumi.Resource;

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({
        id: `${name}-id`,
        state: { expiresAt: "2027-01-01T00:00:00Z", ...inputs },
      }),
      call: ({ inputs }) => inputs,
    },
    "timonier",
    "test",
  );
  const { Repository } = await import("../../../../../infra/gitlab/repository/repository.js");
  owned = new gitlab.Provider("server", { baseUrl: "https://gitlab.example" });
  const instance = {
    url: "https://gitlab.example",
    gitUrl: "https://gitlab.example",
    caFile: undefined,
    caBundle: undefined,
    features: { approvals: false, projectTokens: true, levelLists: false },
    token: pulumi.secret("glpat-canary"),
    provider: new gitlab.Provider("gitlab", { baseUrl: "https://gitlab.example" }),
    namespace: { path: "team", id: 7 },
    owned,
    existing: new Map(),
  };
  const path = "gitops-setup";
  const rest = { description: "setup", branch: "main", visibility: "private", protect: false } as const;
  new Repository(
    "setup",
    {
      instance,
      path,
      ...rest,
      content: { folders: ["seed"] },
      cluster: "west",
      tokens: { days: 90, rotateBefore: undefined, notes: false },
      review: { approvals: 1, codeOwners: undefined, requirePipeline: false },
    },
    { transformations: [remember] },
  );
});

test.each(["setup-project", "setup-seed", "setup-protection", "setup-read-token"])(
  "GIVEN a GitLab that the stack owns WHEN it is replaced THEN so is %s, even if the project has the same number",
  (name) => {
    expect(replacedWith.get(name)).toContain(owned);
  },
);
