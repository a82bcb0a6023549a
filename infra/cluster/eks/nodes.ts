import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EksFacts, InstanceTypeFacts } from "./facts.js";
import type { Roles } from "./roles.js";
import type { EksClusterConfig } from "./settings.js";

/** A group of nodes and what it depends on. */
export interface ManagedNodesArgs extends Pick<EksClusterConfig, "nodes">, Pick<EksFacts, "instanceType"> {
  readonly cluster: aws.eks.Cluster;
  readonly roles: Roles;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Image of nodes for an instance type: EKS's name, and the path under which AWS publishes releases. */
export function imageOf(facts: InstanceTypeFacts | undefined): { readonly amiType: string; readonly path: string } {
  const { architecture, nvidia } = facts?.known ? facts : { architecture: "x86_64", nvidia: false };
  const variant = nvidia ? "nvidia" : "standard";
  const arch = architecture === "arm64" ? "ARM_64" : "x86_64";
  return { amiType: `AL2023_${arch}_${variant.toUpperCase()}`, path: `${architecture}/${variant}` };
}

/**
 * A group of nodes of a fixed size, with the add-ons that Auto Mode has built in. Nodes and add-ons follow the control
 * plane: nodes to the newest release of their image, add-ons to AWS's default for the Kubernetes version.
 *
 * @returns what pods need before they can run
 * @see https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
 */
export function managedNodes(
  name: string,
  args: ManagedNodesArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { cluster, nodes, roles, subnetIds, tags } = args;
  if (nodes.kind !== "managed") return [];
  const [clusterName, version] = [cluster.name, cluster.version];
  const addon = (addonName: string, dependsOn: pulumi.Resource[], more: Partial<aws.eks.AddonArgs> = {}) =>
    new aws.eks.Addon(
      `${name}-${addonName}`,
      {
        ...{
          clusterName,
          addonName,
          tags,
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
        },
        addonVersion: aws.eks.getAddonVersionOutput({ addonName, kubernetesVersion: version }, child).version,
        ...more,
      },
      { ...child, dependsOn },
    );
  // A node needs its network add-on to become Ready; DNS and disks need a node.
  const network = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"].map((one) => addon(one, []));
  const image = imageOf(args.instanceType);
  const release = version.apply(
    (one) => `/aws/service/eks/optimized-ami/${one}/amazon-linux-2023/${image.path}/recommended/release_version`,
  );
  const template = new aws.ec2.LaunchTemplate(
    `${name}-nodes`,
    {
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 },
      // The tags of a node group are not applied to its instances and disks.
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
      tags,
    },
    child,
  );
  const group = new aws.eks.NodeGroup(
    `${name}-nodes`,
    {
      ...{ clusterName, version, subnetIds, tags, nodeRoleArn: roles.nodes.arn, amiType: image.amiType },
      instanceTypes: [nodes.instanceType],
      releaseVersion: aws.ssm.getParameterOutput({ name: release }, child).insecureValue,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: { desiredSize: nodes.count, minSize: nodes.count, maxSize: nodes.count + 1 },
      updateConfig: { maxUnavailable: 1 },
    },
    { ...child, dependsOn: [...network, ...roles.attachments] },
  );
  const disks = addon("aws-ebs-csi-driver", [group], {
    ...(roles.volumes && {
      podIdentityAssociations: [{ serviceAccount: "ebs-csi-controller-sa", roleArn: roles.volumes.arn }],
    }),
  });
  return [...network, group, addon("coredns", [group]), disks];
}
