import { versions } from "@timonier/kit/versions";
import type { Values } from "../../setting-fields.js";
import type { ClusterKind, ForeignSettings } from "../cluster-kind.js";
import { type EksClusterConfig, eksConfig, eksSettings } from "./settings.js";

type Config = { readonly kind: "eks"; readonly name: string } & EksClusterConfig;

/** A cluster on AWS. */
export const eksKind = {
  settings: eksSettings,
  tools: [],
  plugins: { aws: versions.pulumiAws },
  check: ({ "aws:region": region }) =>
    region ? [] : ["aws:region: expected a region such as eu-central-1, got nothing"],
  config: (values: Values<typeof eksSettings>, name, foreign: ForeignSettings): Config => {
    // `check` has required the region.
    const { "aws:region": region = "", "aws:profile": profile } = foreign;
    return { kind: "eks", name, ...eksConfig(values, { region, profile }) };
  },
  hostAddress: () => undefined,
  examine: async (config) => {
    const { examineEks } = await import("./examine.js");
    return examineEks(config.name, config);
  },
  prepare: async (config) => {
    const { prepareEks } = await import("./prepare.js");
    const facts = await prepareEks(config.name, config);
    const { eksCluster } = await import("./connect.js");
    return () => eksCluster(config.name, config, facts);
  },
  inspect: async () => undefined,
} satisfies ClusterKind<Values<typeof eksSettings>, Config>;
