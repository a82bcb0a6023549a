// Written by `timonier chart`. Change it with `npx timonier chart upgrade web VERSION`.
import { pinnedChart } from "../../constructs/pinned-chart.js";

/** oci://registry.example.org/charts/web */
export const chart = pinnedChart<Values>({
  name: "web",
  version: "1.4.0",
  digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  source: {"kind":"oci","url":"oci://registry.example.org/charts/web"},
  defaults: "examples/charts/web.values.yaml",
  schema: "examples/charts/web.schema.json",
});

export interface Values {
  /**
   * Number of pods.
   */
  replicaCount?: number;
  service?: {
    type?: "ClusterIP" | "NodePort" | "LoadBalancer";
    port?: number;
    [k: string]: unknown;
  };
  auth?: {
    enabled?: boolean;
    password?: string;
  };
}
