import { expect, test } from "vitest";
import { featuresOf } from "../../../../infra/gitlab/gitlab-instance.js";
import { requireImageTokens } from "../../../../infra/gitlab/image-tokens.js";

const check = (imageAutomation: boolean, tier: "free" | "trial" | "premium", url: string) => () =>
  requireImageTokens({ imageAutomation }, featuresOf(tier, url));

test("image automation is refused where GitLab has no token for it", () => {
  expect(check(true, "free", "https://gitlab.com")).toThrow("image automation needs project access tokens");
  expect(check(true, "trial", "https://gitlab.com")).toThrow("set timonier:imageAutomation to false");
});

test("image automation is accepted elsewhere, and its absence everywhere", () => {
  expect(check(true, "premium", "https://gitlab.com")).not.toThrow();
  expect(check(true, "free", "https://gitlab.example")).not.toThrow();
  expect(check(false, "free", "https://gitlab.com")).not.toThrow();
});
