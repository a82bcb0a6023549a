import { expect, test } from "vitest";
import { ApiError } from "../../../../../packages/kit/kube-api.js";
import { UserError } from "../../../../../packages/kit/user-error.js";
import { applyInput } from "../../../../../packages/rehearsal/engine/rejected-input.js";

const failing = (error: Error) => applyInput("root", "clusters/prod", () => Promise.reject(error));

test("GIVEN a first source that the API server refuses WHEN it is applied THEN it is the user's to correct", async () => {
  const rejected = failing(new ApiError(422, "Invalid", 'spec.url: Invalid value: "${URL}"'));
  await expect(rejected).rejects.toThrow(UserError);
  await expect(rejected).rejects.toMatchObject({ where: "clusters/prod", what: expect.stringContaining("spec.url") });
  await expect(failing(new Error("A b: no kind A in x/v1"))).rejects.toThrow(UserError);
});

test("GIVEN an API server that fails WHEN objects are applied THEN it stays a fault of the rehearsal", async () => {
  await expect(failing(new ApiError(500, "InternalError", "etcd"))).rejects.toThrow(ApiError);
});
