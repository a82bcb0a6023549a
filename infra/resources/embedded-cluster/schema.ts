import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** The control plane, node and runtime agent on this machine. */
export const embeddedClusterShape = {
  type: "timonier:embedded:Cluster",
  inputs: z.object({
    /** Stack whose state folder holds the cluster. */
    stack: z.string(),
    /** Whether it runs Flux's image controllers. @default false */
    imageAutomation: z.boolean().optional(),
  }),
  outputs: ["identity", "kubeconfig", "kubernetesVersion", "receiver", "startedAt"],
  secrets: ["kubeconfig"],
} as const satisfies ResourceShape;
