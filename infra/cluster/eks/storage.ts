import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type * as pulumi from "@pulumi/pulumi";
import type { EksClusterConfig } from "./settings.js";

/** Which driver creates disks, and how they are tagged. */
export interface StorageArgs extends Pick<EksClusterConfig, "nodes"> {
  readonly tags: Readonly<Record<string, string>>;
  /** Owner annotations. */
  readonly ownerAnnotations: Readonly<Record<string, string>>;
}

/**
 * The default StorageClass: without one, claims that name no class would stay Pending.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
 * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
 */
export function storageClass(
  name: string,
  { nodes, tags, ownerAnnotations }: StorageArgs,
  opts: pulumi.CustomResourceOptions,
): StorageClass {
  const tagged = Object.entries(tags).map(([key, value], at) => [`tagSpecification_${at + 1}`, `${key}=${value}`]);
  return new StorageClass(
    name,
    {
      metadata: {
        name: "ebs",
        annotations: { ...ownerAnnotations, "storageclass.kubernetes.io/is-default-class": "true" },
      },
      // Auto Mode has its own driver.
      provisioner: nodes.kind === "auto" ? "ebs.csi.eks.amazonaws.com" : "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true", ...Object.fromEntries(tagged) },
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
      reclaimPolicy: "Delete",
    },
    opts,
  );
}
