import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { adoptedProjectShape } from "../../../../infra/resources/adopted-project/schema.js";
import { drainShape } from "../../../../infra/resources/drain/schema.js";
import { embeddedClusterShape } from "../../../../infra/resources/embedded-cluster/schema.js";
import { embeddedGitLabShape } from "../../../../infra/resources/embedded-gitlab/schema.js";
import { firstCommitShape } from "../../../../infra/resources/first-commit/schema.js";
import { hookTokenShape } from "../../../../infra/resources/hook-token/schema.js";
import { minikubeProfileShape } from "../../../../infra/resources/minikube-profile/schema.js";
import type { ResourceShape } from "../../../../infra/resources/shape.js";
import { TokenWindow } from "../../../../infra/resources/token-window/resource.js";
import { tokenWindowShape } from "../../../../infra/resources/token-window/schema.js";

const shapes: readonly ResourceShape[] = [
  ...[embeddedClusterShape, embeddedGitLabShape, minikubeProfileShape, firstCommitShape],
  ...[tokenWindowShape, hookTokenShape, adoptedProjectShape, drainShape],
];

test("type tokens are those of existing stacks", () => {
  expect(shapes.map(({ type }) => type)).toEqual([
    "timonier:embedded:Cluster",
    "timonier:embedded:GitLab",
    "timonier:minikube:Cluster",
    "timonier:gitlab:Seed",
    "timonier:gitlab:TokenWindow",
    "timonier:gitlab:HookToken",
    "timonier:gitlab:AdoptedProject",
    "timonier:flux:Drain",
  ]);
});

test.each(shapes)("$type: every secret is an input or an output, and no output is an input", (shape) => {
  const inputs = Object.keys(shape.inputs.shape);
  expect([...inputs, ...shape.outputs]).toEqual(expect.arrayContaining([...shape.secrets]));
  expect(shape.outputs.filter((name) => inputs.includes(name))).toEqual([]);
});

test("GIVEN a secret input in clear text WHEN the resource is declared THEN Pulumi records it as a secret", async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "id", state: { ...inputs, expiresAt: "2027-02-21T00:00:00.000Z" } }),
    call: ({ inputs }) => inputs,
  });
  const window = new TokenWindow("window", {
    ...{ days: 90, renewBefore: 30, url: "https://gitlab.example", token: "glpat-canary", project: "7" },
    ...{ deployTokens: [], accessTokens: [] },
  });
  const { token } = window as unknown as { readonly token: pulumi.Output<string> };
  expect(await pulumi.isSecret(token)).toBe(true);
  expect(await pulumi.isSecret(window.expiresAt)).toBe(false);
});
