import { expect, test } from "vitest";
import { firstCommit } from "../../../../../infra/resources/first-commit/provider.js";
import type { Context, Properties } from "../../../../../packages/provider-host/plugin.js";

const inputs: Properties = {
  ...{ url: "https://gitlab.example", token: "t", project: "7", branch: "main", proposalBranch: "timonier/add-west" },
  ...{ message: "m", folders: ["a"] },
};
const flux = (version: string) => ({
  path: "gotk-components.yaml",
  version,
  branch: "timonier/flux-west",
  message: "m",
});
const diff = (before: Properties, now: Properties) =>
  firstCommit.diff?.(
    "7:main",
    { inputs: { ...inputs, ...before }, state: {} },
    { ...inputs, ...now },
    {} as Context<unknown>,
  );

test.each<[string, Properties, Properties, object]>([
  ["other files", {}, { folders: ["b"], token: "u" }, { changes: false }],
  ["another project", {}, { project: "8" }, { changes: true, replaces: ["project"] }],
  ["a newer Flux", { upgrade: flux("2.9.4") }, { upgrade: flux("2.10.0") }, { changes: true, changed: ["upgrade"] }],
  ["the same Flux", { upgrade: flux("2.9.4") }, { upgrade: flux("2.9.4") }, { changes: false }],
  ["an older Flux", { upgrade: flux("2.9.4") }, { upgrade: flux("2.9.3") }, { changes: false }],
  [
    "a controller that was not wanted before",
    { upgrade: flux("2.9.4") },
    { upgrade: { ...flux("2.9.4"), components: ["image-reflector-controller"] } },
    { changes: true, changed: ["upgrade"] },
  ],
  [
    "a controller that is no longer wanted",
    { upgrade: { ...flux("2.9.4"), components: ["image-reflector-controller"] } },
    { upgrade: flux("2.9.4") },
    { changes: false },
  ],
  ["a stack that knew of no version", {}, { upgrade: flux("2.9.4") }, { changes: true, changed: ["upgrade"] }],
])("%s", async (_, before, now, expected) => {
  expect(await diff(before, now)).toMatchObject(expected);
  expect((await diff(before, now))?.replaces === undefined).toBe(!("replaces" in expected));
});
