import type { Values } from "../../setting-fields.js";
import type { ClusterKind } from "../cluster-kind.js";
import type { existingSettings } from "../existing/settings.js";
import { driverOf } from "./drivers.js";
import { type MinikubeConfig, minikubeConfig, minikubeSettings } from "./settings.js";

type Config = { readonly kind: "minikube"; readonly name: string } & MinikubeConfig;
type AllValues = Values<typeof minikubeSettings> & Values<typeof existingSettings>;

/** A cluster by Minikube on this machine, or a profile that the stack does not own. */
export const minikubeKind = {
  settings: minikubeSettings,
  tools: ["minikube"],
  plugins: {},
  check: () => [],
  config: (values: AllValues, name): Config => ({ kind: "minikube", name, ...minikubeConfig(values, name) }),
  hostAddress: ({ driver }) => driverOf(driver).hostAddress,
  examine: async (config, context) => {
    const { examineMinikube } = await import("./examine.js");
    return examineMinikube(config, context);
  },
  prepare: async (config, context) => {
    const { examineHostAddress } = await import("./examine.js");
    const { stopAtFatal } = await import("../../finding.js");
    stopAtFatal(await examineHostAddress(config, context.gitlabAddress));
    const { minikubeCluster } = await import("./connect.js");
    return (wanted) => minikubeCluster(context.stack, config, wanted);
  },
  inspect: async (folder, binDir, progress) => {
    const { inspectMinikube } = await import("./cli/inspect.js");
    return inspectMinikube(folder, binDir, progress);
  },
} satisfies ClusterKind<AllValues, Config>;
