import { groupOf } from "./kube-objects.js";

/** Cluster-scoped kinds of common operators, by group. `*` means all kinds of the group. */
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  "apiextensions.crossplane.io": ["*"],
  "pkg.crossplane.io": ["*"],
  "protection.crossplane.io": ["ClusterUsage"],
  "cert-manager.io": ["ClusterIssuer"],
  "trust.cert-manager.io": ["Bundle"],
  "policy.cert-manager.io": ["CertificateRequestPolicy"],
  "cilium.io": [
    "CiliumBGPAdvertisement",
    "CiliumBGPClusterConfig",
    "CiliumBGPNodeConfig",
    "CiliumBGPNodeConfigOverride",
    "CiliumBGPPeerConfig",
    "CiliumBGPPeeringPolicy",
    "CiliumCIDRGroup",
    "CiliumClusterwideEnvoyConfig",
    "CiliumClusterwideNetworkPolicy",
    "CiliumEgressGatewayPolicy",
    "CiliumL2AnnouncementPolicy",
    "CiliumLoadBalancerIPPool",
    "CiliumPodIPPool",
  ],
  "crd.projectcalico.org": ["*"],
  "projectcalico.org": [
    "BGPConfiguration",
    "BGPFilter",
    "BGPPeer",
    "FelixConfiguration",
    "GlobalNetworkPolicy",
    "GlobalNetworkSet",
    "HostEndpoint",
    "IPPool",
    "IPReservation",
    "KubeControllersConfiguration",
    "Tier",
  ],
  "operator.tigera.io": ["APIServer", "Goldmane", "Installation", "Whisker"],
  "config.openshift.io": ["*"],
  "machineconfiguration.openshift.io": ["*"],
  "security.openshift.io": ["SecurityContextConstraints"],
  "constraints.gatekeeper.sh": ["*"],
  "expansion.gatekeeper.sh": ["*"],
  "externaldata.gatekeeper.sh": ["*"],
  "mutations.gatekeeper.sh": ["*"],
  "templates.gatekeeper.sh": ["*"],
  "external-secrets.io": ["ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"],
  "generators.external-secrets.io": ["ClusterGenerator"],
  "gateway.networking.k8s.io": ["GatewayClass"],
  "policy.networking.k8s.io": ["*"],
  "snapshot.storage.k8s.io": ["VolumeSnapshotClass", "VolumeSnapshotContent"],
  "groupsnapshot.storage.k8s.io": ["VolumeGroupSnapshotClass", "VolumeGroupSnapshotContent"],
  "elbv2.k8s.aws": ["IngressClassParams"],
  "karpenter.azure.com": ["AKSNodeClass"],
  "karpenter.k8s.aws": ["*"],
  "karpenter.sh": ["*"],
  "keda.sh": ["ClusterTriggerAuthentication"],
  "kro.run": ["ResourceGraphDefinition"],
  "kueue.x-k8s.io": ["AdmissionCheck", "ClusterQueue", "Cohort", "ResourceFlavor", "Topology", "WorkloadPriorityClass"],
  "kyverno.io": ["ClusterCleanupPolicy", "ClusterPolicy", "GlobalContextEntry"],
  "policies.kyverno.io": [
    "DeletingPolicy",
    "GeneratingPolicy",
    "ImageValidatingPolicy",
    "MutatingPolicy",
    "ValidatingPolicy",
  ],
  "nfd.k8s-sigs.io": ["NodeFeatureRule"],
  "nvidia.com": ["ClusterPolicy", "NVIDIADriver"],
  "operator.tekton.dev": ["*"],
  "policy.sigstore.dev": ["ClusterImagePolicy", "TrustRoot"],
  "tailscale.com": ["*"],
};

/** Namespaced kinds whose names suggest the cluster scope. */
const namespaced = new Set([
  "cluster.x-k8s.io/ClusterClass",
  "cluster.x-k8s.io/ClusterResourceSet",
  "cluster.x-k8s.io/ClusterResourceSetBinding",
  "fleet.cattle.io/ClusterGroup",
  "fleet.cattle.io/ClusterRegistration",
  "logging.banzaicloud.io/ClusterFlow",
  "logging.banzaicloud.io/ClusterOutput",
  "secrets-store.csi.x-k8s.io/SecretProviderClass",
]);

/** Managed resources of Crossplane 1. Those of Crossplane 2 are in groups with `.m.`. */
const managedResources = /(?<!\.m)\.(upbound|crossplane)\.io$/;

/** Scope of a well-known kind. @param kind `GROUP/KIND` */
export function knownScope(kind: string): "Namespaced" | "Cluster" | undefined {
  if (namespaced.has(kind)) return "Namespaced";
  const group = groupOf(kind);
  const kinds = clusterScoped[group] ?? [];
  if (kinds.includes("*") || kinds.includes(kind.slice(group.length + 1))) return "Cluster";
  return managedResources.test(group) ? "Cluster" : undefined;
}

/** Whether the name of a kind suggests the cluster scope. */
export function soundsClusterScoped(kind: string): boolean {
  return /^(Cluster|Global)[A-Z]|Class$/.test(kind);
}
