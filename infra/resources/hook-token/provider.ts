import { randomBytes, randomUUID } from "node:crypto";
import type { ResourceKind } from "@timonier/provider-host/plugin";
import { hookTokenShape } from "./schema.js";

/** Generates the secret once: 256 random bits. */
export const hookToken: ResourceKind<unknown> = {
  secrets: hookTokenShape.secrets,
  create: async () => ({ id: randomUUID(), state: { value: randomBytes(32).toString("hex") } }),
};
