import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { adoptProject } from "../../../../infra/gitlab/adopt-project.js";
import type { GitLabInstance } from "../../../../infra/gitlab/gitlab-instance.js";

interface Registered {
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/**
 * Runs it with a state that recorded the path at a time.
 *
 * @returns the adoption, and what was registered
 */
async function adopt(
  recordedAt: () => unknown,
  instance: (provider: gitlab.Provider) => Partial<GitLabInstance>,
  preview = false,
) {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "timonier:gitlab:AdoptedProject") registered.push({ name, inputs });
        return { id: `${name}-id`, state: { ...inputs, recordedAt: recordedAt() } };
      },
      call: ({ inputs }) => inputs,
    },
    "timonier",
    "test",
    preview,
  );
  const provider = new gitlab.Provider("gitlab", { baseUrl: "https://gitlab.example" });
  const common = { url: "https://gitlab.example", token: pulumi.secret("t"), caFile: undefined, owned: undefined };
  const namespace = { path: "team", id: 7 };
  const existing = new Map([["setup", { id: 9, owner: "this" as const }]]);
  const whole = { ...common, namespace, existing, ...instance(provider) } as unknown as GitLabInstance;
  return { adoption: await adoptProject("setup", "setup", true, whole), registered };
}

const now = () => new Date().toISOString();

test("an own project that no earlier run recorded is imported as it is", async () => {
  const { adoption, registered } = await adopt(now, () => ({}));
  expect(adoption.project).toMatchObject({ import: "9", ignoreChanges: ["*"] });
  expect(registered).toMatchObject([{ name: "setup-adoption", inputs: { path: "team/setup", own: 9 } }]);
});

test("a project that people created keeps its variables", async () => {
  const existing = new Map([["setup", { id: 9, owner: "people" as const }]]);
  const { registered } = await adopt(now, () => ({ existing }));
  expect(registered[0]?.inputs).not.toHaveProperty("own");
});

test("a preview that does not know when the path was recorded goes on, and imports the project", {
  timeout: 2_000,
}, async () => {
  const { adoption } = await adopt(
    () => pulumi.unknown,
    () => ({}),
    true,
  );
  expect(adoption.project).toMatchObject({ import: "9" });
});

test("an own project that an earlier run recorded is managed, after its path", async () => {
  const { adoption } = await adopt(
    () => "2026-01-01T00:00:00.000Z",
    () => ({}),
  );
  expect(adoption.project).toEqual({ protect: true, dependsOn: expect.any(pulumi.CustomResource) });
});

test("what is to be done with a project that is scheduled for deletion is left to the resource", async () => {
  const scheduled = { path: "team/setup-deletion_scheduled-9", action: "purge" as const };
  const existing = new Map([["setup", { id: 9, owner: "people" as const, scheduled }]]);
  const { registered } = await adopt(now, () => ({ existing }));
  expect(registered[0]?.inputs.scheduled).toEqual({ id: 9, ...scheduled });
});

test("a preview does not import a project that the update restores first", async () => {
  const scheduled = { path: "team/setup-deletion_scheduled-9", action: "restore" as const };
  const existing = new Map([["setup", { id: 9, owner: "people" as const, scheduled }]]);
  const previewed = await adopt(now, () => ({ existing }), true);
  expect(previewed.adoption.project).not.toHaveProperty("import");
  const updated = await adopt(now, () => ({ existing }));
  expect(updated.adoption.project).toMatchObject({ import: "9" });
});

test("nothing is recorded of a GitLab that the stack owns", async () => {
  const { adoption, registered } = await adopt(now, (owned) => ({ owned }));
  expect([adoption.project, registered]).toEqual([{ protect: true }, []]);
});
