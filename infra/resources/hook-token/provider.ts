import { randomBytes, randomUUID } from "node:crypto";
import type { ResourceKind } from "@timonier/provider-host/plugin";

/** A secret that a webhook and its receiver share: 256 random bits, made once. */
export const hookToken: ResourceKind<unknown> = {
  secrets: ["value"],
  create: async () => ({ id: randomUUID(), state: { value: randomBytes(32).toString("hex") } }),
};
