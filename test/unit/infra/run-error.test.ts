import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { runError } from "../../../infra/run-error.js";
import { UserError } from "../../../packages/kit/user-error.js";

test("what a user can fix is shown in its own words, with no stack that Pulumi would print", () => {
  const shown = runError(new UserError("it is wrong", "here", "fix it", { code: "TIM-116" }));
  expect(shown).toBeInstanceOf(RunError);
  expect((shown as RunError).stack).toBe((shown as RunError).message);
  expect((shown as RunError).message).toBe("it is wrong\n  where: here\n  fix:   fix it\n  code:  TIM-116");
});

test("a fault of our own keeps its stack", () => {
  const bug = new TypeError("x is undefined");
  expect(runError(bug)).toBe(bug);
});
