import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test, vi } from "vitest";

const replacedWith = new Map<string, readonly string[]>();

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs, registerRequest }) => {
        replacedWith.set(name, registerRequest?.getReplaceWithList() ?? []);
        return { id: `${name}-id`, state: { ...inputs, expiresAt: "2027-01-01T00:00:00.000Z" } };
      },
      call: ({ inputs }) => inputs,
    },
    "timonier",
    "test",
  );
  const { Repository } = await import("../../../infra/gitlab/repository.js");
  class Server extends pulumi.CustomResource {}
  const owned = new Server("test:index:Server", "server", {});
  new Repository("setup", {
    instance: {
      url: "https://gitlab.example",
      caFile: undefined,
      caBundle: undefined,
      token: pulumi.secret("glpat-canary"),
      provider: new gitlab.Provider("gitlab", { baseUrl: "https://gitlab.example" }),
      namespace: { path: "team", id: 7 },
      owned,
    },
    path: "gitops-setup",
    description: "setup",
    branch: "main",
    visibility: "private",
    protect: false,
    seed: ["seed"],
    cluster: "west",
    tokenDays: 90,
  });
  await vi.waitFor(() =>
    expect(replacedWith.has("setup-read-token") && replacedWith.has("setup-protection")).toBe(true),
  );
});

test.each(["setup-project", "setup-seed", "setup-protection", "setup-read-token"])(
  "GIVEN a GitLab that the stack owns WHEN it is made anew THEN so is %s, whatever number GitLab gives the project",
  (name) => {
    expect(replacedWith.get(name)).toEqual([expect.stringMatching(/::server$/)]);
  },
);
