import { z } from "zod";
import { wholeNumber } from "./setting-fields.js";

/**
 * Settings of the stack itself. Pulumi.yaml repeats descriptions and defaults;
 * test/unit/infra/config.test.ts compares them.
 */
export const stackSettings = z.object({
  clusterName: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/, "lower-case letters, digits and '-'")
    .default("")
    .describe(
      "Name of the cluster's folder below clusters/ in the setup repository, and part of its tokens' names. Empty: the stack's name.",
    ),
  environment: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/, "the name of an environment")
    .default("")
    .describe(
      "Environment of apps/environments.yaml that the stack belongs to: staging. Empty: none, the stack gets apps/settings.yaml as it is.",
    ),
  timeoutMinutes: wholeNumber(1, 120)
    .default(5)
    .describe("Minutes that `up` waits until the delivered objects are Ready."),
});
