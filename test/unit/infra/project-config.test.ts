import { expect, test } from "vitest";
import { engineConfig } from "../../../infra/project-config.js";

const project = { config: { branch: { default: "main" }, tokenDays: { default: 90 }, cluster: {} } };

test("a stack's settings lie over the project's defaults, flat and as text", () => {
  expect(
    engineConfig(project, { "timonier:cluster": "embedded", "timonier:tokenDays": 30, "aws:region": "x" }),
  ).toEqual({
    "timonier:branch": "main",
    "timonier:tokenDays": "30",
    "timonier:cluster": "embedded",
    "aws:region": "x",
  });
});

test("a short key is the project's own, and a structure is kept to be refused by name", () => {
  expect(engineConfig({}, { branch: "dev", "timonier:visibility": { secure: "v1:x" } })).toEqual({
    "timonier:branch": "dev",
    "timonier:visibility": '{"secure":"v1:x"}',
  });
});
