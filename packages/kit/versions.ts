/**
 * Versions of everything except npm packages (package.json) and dependencies of the Go modules in
 * packages/toolchain/modules. Where such a module also builds a tool, a test compares both
 * versions.
 *
 * The comment above each line tells Renovate where newer versions are published.
 *
 * @see https://docs.renovatebot.com/modules/manager/regex/
 */
export const versions = {
  // renovate: datasource=github-releases depName=pulumi/pulumi
  pulumi: "3.250.0",
  // The language host that is built from source: the last version of sdk/v3 that contains it. It
  // runs programs on newer SDKs.
  // renovate: datasource=go depName=github.com/pulumi/pulumi/sdk/v3
  pulumiLanguageNodejsSource: "3.68.0",
  // renovate: datasource=github-releases depName=pulumi/pulumi-kubernetes
  pulumiKubernetes: "4.28.0",
  // The official provider, whose resources are in sdks/gitlab.
  // renovate: datasource=github-releases depName=pulumi/pulumi-gitlab
  pulumiGitlab: "10.1.1",
  // The plugin of package @pulumi/aws, for stacks on EKS.
  // renovate: datasource=github-releases depName=pulumi/pulumi-aws
  pulumiAws: "7.48.0",
  // renovate: datasource=github-releases depName=etcd-io/etcd
  etcd: "3.7.3",
  // renovate: datasource=github-releases depName=kubernetes/kubernetes
  kubernetes: "1.36.3",
  // renovate: datasource=github-releases depName=kubernetes-sigs/kwok
  kwok: "0.8.0",
  // renovate: datasource=github-releases depName=kubernetes/minikube
  minikube: "1.38.1",
  // Built by `npm run lane:minikube`: the last minor version whose kubelet supports cgroup v1, its
  // crictl, and the CoreDNS that its kubeadm needs.
  // renovate: datasource=github-releases depName=kubernetes/kubernetes
  laneKubernetes: "1.34.4",
  // renovate: datasource=github-releases depName=kubernetes-sigs/cri-tools
  laneCriTools: "1.34.0",
  // renovate: datasource=github-releases depName=coredns/coredns
  laneCoredns: "1.12.1",
  // The controllers below belong to this release and change together with it.
  // renovate: datasource=github-releases depName=fluxcd/flux2
  flux: "2.9.4",
  // renovate: datasource=github-releases depName=fluxcd/source-controller
  sourceController: "1.9.4",
  // renovate: datasource=github-releases depName=fluxcd/kustomize-controller
  kustomizeController: "1.9.4",
  // renovate: datasource=github-releases depName=fluxcd/helm-controller
  helmController: "1.6.3",
  // renovate: datasource=github-releases depName=fluxcd/notification-controller
  notificationController: "1.9.3",
  // renovate: datasource=github-releases depName=fluxcd/image-automation-controller
  imageAutomationController: "1.2.4",
  // renovate: datasource=github-releases depName=fluxcd/image-reflector-controller
  imageReflectorController: "1.2.4",
  // renovate: datasource=github-releases depName=fluxcd/source-watcher
  sourceWatcher: "2.2.3",
} as const;
