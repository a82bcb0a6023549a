import type { Values } from "../../setting-fields.js";
import type { ClusterKind } from "../cluster-kind.js";
import { type ExistingClusterConfig, existingConfig, existingSettings } from "./settings.js";

type Config = { readonly kind: "existing"; readonly name: string } & ExistingClusterConfig;

/** A cluster that exists already, and stays. */
export const existingKind = {
  settings: existingSettings,
  tools: [],
  plugins: {},
  check: () => [],
  config: (values: Values<typeof existingSettings>, name): Config => ({
    kind: "existing",
    name,
    ...existingConfig(values),
  }),
  hostAddress: () => undefined,
  examine: async (config, context) => {
    const { examineExisting, readKubeconfigOf } = await import("./examine.js");
    return examineExisting(context, () => readKubeconfigOf(config, context));
  },
  prepare: async (config, { stack }) => {
    const { existingCluster } = await import("./connect.js");
    return (wanted) => existingCluster(stack, config, wanted());
  },
  inspect: async () => undefined,
} satisfies ClusterKind<Values<typeof existingSettings>, Config>;
