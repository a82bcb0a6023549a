import { z } from "zod";

/** Where a cloud is asked whether it has a cluster. */
export const cloudCluster = z.object({
  kind: z.literal("eks"),
  /** Name of the cluster in the cloud. */
  name: z.string(),
  region: z.string(),
  /** Profile of the AWS configuration. @default the environment's */
  profile: z.string().optional(),
});

/** A cluster in a cloud. */
export type CloudCluster = Readonly<z.infer<typeof cloudCluster>>;
