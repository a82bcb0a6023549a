import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";

/** Nodes that Auto Mode starts with the tags of the stack. */
export interface AutoNodesArgs {
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the nodes' role: that of the built-in node pools, which may already join the cluster. */
  readonly role: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Owner annotations. */
  readonly ownerAnnotations: Readonly<Record<string, string>>;
}

/** Name of the node class and the node pool. */
const NAME = "timonier";

/** Weight of the node pool; the built-in ones have none. */
const WEIGHT = 50;

/**
 * A node class with the stack's tags, and a node pool that Auto Mode prefers to its own
 * `general-purpose`. EKS undoes changes of its own node class, so tags need one of the stack's.
 * The built-in pools stay: Auto Mode uses them where it cannot start a tagged node.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
 */
export function taggedNodes(name: string, args: AutoNodesArgs, opts: pulumi.CustomResourceOptions): void {
  const { tags, role, subnetIds, securityGroupId, ownerAnnotations } = args;
  const metadata = { name: NAME, annotations: { ...ownerAnnotations } };
  const subnets = pulumi.output(subnetIds).apply((ids) => ids.map((id) => ({ id })));
  const nodeClass = new CustomResource(
    `${name}-class`,
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "NodeClass",
      metadata,
      spec: { role, subnetSelectorTerms: subnets, securityGroupSelectorTerms: [{ id: securityGroupId }], tags },
    },
    opts,
  );
  const nodeClassRef = { group: "eks.amazonaws.com", kind: "NodeClass", name: NAME };
  new CustomResource(
    `${name}-pool`,
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata,
      spec: {
        weight: WEIGHT,
        template: { spec: { nodeClassRef, requirements } },
        disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "30s" },
      },
    },
    { ...opts, dependsOn: nodeClass },
  );
}

/** Those of the built-in pool `general-purpose`. */
const requirements = [
  { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
  { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "eks.amazonaws.com/instance-generation", operator: "Gt", values: ["4"] },
  { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
  { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
];
