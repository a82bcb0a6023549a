import { z } from "zod";
import { cloudCluster } from "../../cluster/cloud.js";
import type { ResourceShape } from "../shape.js";

/** The deletion of what Flux manages, before Flux is deleted. */
export const drainShape = {
  type: "timonier:flux:Drain",
  inputs: z.object({
    kubeconfig: z.string(),
    /** Value of the owner annotation on the stack's objects. */
    cluster: z.string(),
    /** Milliseconds that the objects have for their deletion. */
    timeout: z.number(),
    /** Where to ask whether a cluster exists that does not answer. @default only its API server is asked */
    cloud: cloudCluster.optional(),
  }),
  outputs: ["identity"],
  secrets: ["kubeconfig"],
} as const satisfies ResourceShape;
