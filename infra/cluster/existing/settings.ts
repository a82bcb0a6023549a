import { z } from "zod";
import type { Values } from "../../setting-fields.js";

/** Settings of a cluster that the stack did not create. */
export const existingSettings = z.object({
  kubeconfig: z
    .string()
    .default("")
    .describe(
      "Kubeconfig file of an existing cluster, or of a Minikube profile that the stack does not own. ~/ is the home folder; a relative path starts at the checkout. Empty: ~/.kube/config.",
    ),
  kubeContext: z.string().default("").describe("Context in that file. Empty: its current context."),
});

/** What the program reads from them. */
export function existingConfig({ kubeconfig, kubeContext }: Values<typeof existingSettings>) {
  return {
    /** Kubeconfig file, also below `~/`. @default `~/.kube/config` */
    kubeconfigFile: kubeconfig || undefined,
    /** @default the file's current context */
    context: kubeContext || undefined,
  };
}

/** Which cluster is used. */
export type ExistingClusterConfig = Readonly<ReturnType<typeof existingConfig>>;
