import { expect, test } from "vitest";
import { receiverPath } from "../../../../infra/flux/webhook.js";

test("the receiver's path is made of the secret, its name and its namespace", () => {
  // printf sesamgitlab-setupflux-system | sha256sum
  const digest = "713e413151f88de97894897b39a0a6551e59b47f3826e11b05acb9e4c6438e0d";
  expect(receiverPath("sesam", "gitlab-setup", "flux-system")).toBe(`/hook/${digest}`);
});
