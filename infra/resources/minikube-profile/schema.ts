import { z } from "zod";
import { driverNames } from "../../cluster/minikube/drivers.js";
import type { ResourceShape } from "../shape.js";

/** A Minikube profile that the stack owns. */
export const minikubeProfileShape = {
  type: "timonier:minikube:Cluster",
  inputs: z.object({
    /** Stack whose state folder holds the kubeconfig. */
    stack: z.string(),
    profile: z.string(),
    driver: z.enum(driverNames),
    /** Kubernetes version: `1.35.1`. */
    version: z.string(),
    /** Container runtime. */
    runtime: z.string(),
    nodes: z.number(),
    /** Processors of each node. */
    cpus: z.number(),
    /** Memory of each node in MB. */
    memory: z.number(),
    addons: z.array(z.string()),
    /** URL of a mirror for images. @default none */
    registryMirror: z.string().optional(),
    /** PEM of one more authority that nodes trust. @default none */
    extraCa: z.string().optional(),
  }),
  outputs: ["identity", "kubeconfig", "kubernetesVersion", "state", "startedAt"],
  secrets: ["kubeconfig"],
} as const satisfies ResourceShape;

/** A profile as a stack wants it. */
export type ProfileSpec = z.infer<typeof minikubeProfileShape.inputs>;
